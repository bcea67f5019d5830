// Declarations that compile and disagree with the header.
using System;
using System.Runtime.InteropServices;

internal static class Wrong
{
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Record { public byte kind; public uint count; public ushort tag; public double weight; }

    [DllImport("fixture")] public static extern int fx_box_new(int value);
    [DllImport("fixture")] public static extern long fx_record_digest(ref Record r);
    [DllImport("fixture")] public static extern int fx_wide(int a, int b);
    [DllImport("fixture")] public static extern int fx_unsigned_max();
    [DllImport("fixture")] public static extern double fx_mean(double a, float b);
    [DllImport("fixture", CharSet = CharSet.Unicode)] public static extern UIntPtr fx_utf8_points(string text);
    [DllImport("fixture")] public static extern int fx_open_missing();
}
