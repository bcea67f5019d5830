// Declarations of the fixture library, as the header has them.
using System;
using System.Runtime.InteropServices;

internal static class Fx
{
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int Callback(int value, IntPtr user);

    [StructLayout(LayoutKind.Sequential)]
    public struct Record { public byte kind; public uint count; public ushort tag; public double weight; }

    [DllImport("fixture")] public static extern int fx_hazard_run(string name);
    [DllImport("fixture")] public static extern int fx_twin_run(string name);
    [DllImport("fixture")] public static extern IntPtr fx_label_new(string text);
    [DllImport("fixture")] public static extern void fx_label_free(IntPtr label);
    [DllImport("fixture")] public static extern IntPtr fx_box_new(int value);
    [DllImport("fixture")] public static extern int fx_box_get(IntPtr box);
    [DllImport("fixture")] public static extern void fx_box_free(IntPtr box);
    [DllImport("fixture")] public static extern void fx_hold(IntPtr buf, UIntPtr n);
    [DllImport("fixture")] public static extern int fx_held_sum();
    [DllImport("fixture")] public static extern void fx_release();
    [DllImport("fixture")] public static extern void fx_on_event(Callback cb, IntPtr user);
    [DllImport("fixture")] public static extern int fx_fire(int value);
    [DllImport("fixture", EntryPoint = "fx_fill")] public static extern void fx_fill_memory(IntPtr buf, UIntPtr n, int b);
    [DllImport("fixture", EntryPoint = "fx_fill")] public static extern void fx_fill_array(byte[] buf, UIntPtr n, int b);
    [DllImport("fixture")] public static extern int fx_sum(byte[] buf, UIntPtr n);
    [DllImport("fixture")] public static extern int fx_copy_slice(byte[] dst, UIntPtr cap, byte[] src, int from, int to);
    [DllImport("fixture")] public static extern UIntPtr fx_text_length(IntPtr text);
    [DllImport("fixture")] public static extern IntPtr fx_find(string name);
    [DllImport("fixture")] public static extern int fx_measure(int want, IntPtr result);
    [DllImport("fixture")] public static extern long fx_record_digest(ref Record r);
    [DllImport("fixture")] public static extern long fx_wide(long a, long b);
    [DllImport("fixture")] public static extern uint fx_unsigned_max();
    [DllImport("fixture")] public static extern double fx_mean(double a, float b, int n);
    [DllImport("fixture")] public static extern UIntPtr fx_utf8_points(byte[] text);
    [DllImport("fixture")] public static extern int fx_may_throw(int really);
    [DllImport("fixture", SetLastError = true)] public static extern int fx_open_missing();
    [DllImport("fixture")] public static extern void fx_scribble_start(IntPtr cell, int times);
    [DllImport("fixture")] public static extern void fx_scribble_join();
}
