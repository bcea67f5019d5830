// Declarations that compile and disagree with the header.
using System;
using System.Runtime.InteropServices;

internal static class Wrong
{
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Record { public byte kind; public uint count; public ushort tag; public double weight; } //~ abi_struct_layout: declared = abi/struct-layout

    [DllImport("fixture")] public static extern int fx_box_new(int value); //~ abi_truncated_pointer: declared = abi/truncated-pointer
    [DllImport("fixture")] public static extern long fx_record_digest(ref Record r);
    [DllImport("fixture")] public static extern int fx_wide(int a, int b); //~ abi_wrong_width: declared = abi/wrong-width
    [DllImport("fixture")] public static extern int fx_unsigned_max(); //~ abi_wrong_signedness: declared = abi/wrong-signedness
    [DllImport("fixture")] public static extern double fx_mean(double a, float b); //~ abi_arity: declared = abi/arity
    [DllImport("fixture", EntryPoint = "fx_mean")] public static extern double Mean(double a, double b, int n); //~ abi_calling_convention: declared = abi/calling-convention
    [DllImport("fixture", CharSet = CharSet.Unicode)] public static extern UIntPtr fx_utf8_points(string text); //~ abi_encoding: declared = abi/encoding
    [DllImport("fixture")] public static extern int fx_measure(int want, out short result); //~ abi_pointee_size: declared = abi/pointee-size
    public delegate void Silent(int value, IntPtr user);
    [DllImport("fixture")] public static extern void fx_on_event(Silent callback, IntPtr user); //~ abi_no_result: declared = abi/no-result
    [DllImport("fixture")] public static extern int fx_open_missing();
}
