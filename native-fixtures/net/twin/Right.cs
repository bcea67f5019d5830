// Declarations that agree with the header in ways that are not the usual ones.
using System;
using System.Runtime.InteropServices;
using System.Text;

internal static class Right
{
    /// A handle as a structure of one field.
    [StructLayout(LayoutKind.Sequential)]
    public struct Box { private readonly IntPtr address; }

    /// Nested where the header is flat.
    [StructLayout(LayoutKind.Sequential)]
    public struct Head { public byte kind; public uint count; }

    [StructLayout(LayoutKind.Sequential)]
    public struct Nested { public Head head; public ushort tag; public double weight; }

    /// With a last field of a newer header.
    [StructLayout(LayoutKind.Sequential)]
    public struct Newer { public Nested record; public long added; }

    /// An older header's: the library's own is longer.
    [StructLayout(LayoutKind.Sequential)]
    public class Older { public byte kind; public uint count; public ushort tag; }

    [StructLayout(LayoutKind.Explicit, Size = 24)]
    public class ByOffset
    {
        [FieldOffset(16)] public double weight;
        [FieldOffset(0)] public byte kind;
        [FieldOffset(4)] public uint count;
        [FieldOffset(8)] public ushort tag;
    }

    [DllImport("fixture")] public static extern Box fx_box_new(int value);
    [DllImport("fixture")] public static extern int fx_box_get(Box box);
    [DllImport("fixture")] public static extern void fx_box_free(Box box);
    [DllImport("fixture", EntryPoint = "fx_record_digest")] public static extern long Digest(ref Nested r);
    [DllImport("fixture", EntryPoint = "fx_record_digest")] public static extern long Digest(ByOffset r);
    [DllImport("fixture", EntryPoint = "fx_record_digest")] public static extern long Digest(byte[] r);
    [DllImport("fixture", EntryPoint = "fx_record_digest")] public static extern long Digest(ref Newer r);
    [DllImport("fixture", EntryPoint = "fx_record_sample")] public static extern IntPtr Sample();
    [DllImport("fixture", EntryPoint = "fx_measure")] public static extern int Measure(long wider, out int result);
    [DllImport("fixture", EntryPoint = "fx_may_throw")] public static extern int MayThrow(bool really);
    [DllImport("fixture", EntryPoint = "fx_utf8_points")] public static extern UIntPtr Points(StringBuilder text);
    [DllImport("fixture", EntryPoint = "fx_fill")] public static extern void Fill([Out, MarshalAs(UnmanagedType.LPArray, SizeConst = 4)] byte[] to, UIntPtr n, int b);
}
