// Puts boundary values through a wrapper, for the gate `values` of ffi-gates. Copied by `ffi-gates values --scaffold`.
//
//     [Test] public void Add() { FfiGatesValues.Check("add", a => MyLib.Add(a[0].Int64, a[1].Int32)); }
//
// Without the gate a check does nothing. C# 5 or later, no other library.
using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text;

internal static class FfiGatesValues
{
    /// Thrown where the asked type cannot hold a value, so that nothing is asked.
    public sealed class Unable : Exception { }

    /// In a line that is not filled in yet.
    public static object Todo(params object[] arguments)
    {
        throw new NotImplementedException("call the wrapper in this line");
    }

    /// One argument of a vector.
    public sealed class Value
    {
        private readonly string rest;

        internal Value(string word) { rest = word.Substring(2); }

        private decimal Within(decimal least, decimal most)
        {
            var n = decimal.Parse(rest, CultureInfo.InvariantCulture);
            if (n < least || n > most) throw new Unable();
            return n;
        }

        private byte[] Hex
        {
            get
            {
                var bytes = new byte[rest.Length / 2];
                for (var i = 0; i < bytes.Length; i++) bytes[i] = Convert.ToByte(rest.Substring(2 * i, 2), 16);
                return bytes;
            }
        }

        public sbyte Int8 { get { return (sbyte)Within(sbyte.MinValue, sbyte.MaxValue); } }
        public short Int16 { get { return (short)Within(short.MinValue, short.MaxValue); } }
        public int Int32 { get { return (int)Within(int.MinValue, int.MaxValue); } }
        public long Int64 { get { return (long)Within(long.MinValue, long.MaxValue); } }
        public byte UInt8 { get { return (byte)Within(byte.MinValue, byte.MaxValue); } }
        public ushort UInt16 { get { return (ushort)Within(ushort.MinValue, ushort.MaxValue); } }
        public uint UInt32 { get { return (uint)Within(uint.MinValue, uint.MaxValue); } }
        public ulong UInt64 { get { return (ulong)Within(ulong.MinValue, ulong.MaxValue); } }
        public bool Boolean { get { return Within(0, 1) == 1; } }
        public double Double { get { return BitConverter.Int64BitsToDouble(Convert.ToInt64(rest, 16)); } }
        public float Single { get { return (float)Double; } }
        public byte[] Bytes { get { return Hex; } }

        /// Text, which may have half a surrogate pair.
        public string String
        {
            get
            {
                var bytes = Hex;
                var text = new StringBuilder(bytes.Length / 2);
                for (var i = 0; i < bytes.Length; i += 2) text.Append((char)(bytes[i] << 8 | bytes[i + 1]));
                return text.ToString();
            }
        }
    }

    private static string Word(object value)
    {
        if (value == null) return "n:";
        if (value is bool) return (bool)value ? "i:1" : "i:0";
        if (value is float) value = (double)(float)value;
        if (value is double)
            return "f:" + BitConverter.DoubleToInt64Bits((double)value).ToString("x16", CultureInfo.InvariantCulture);
        if (value is UIntPtr) value = ((UIntPtr)value).ToUInt64();
        if (value is IntPtr) value = ((IntPtr)value).ToInt64();
        if (value is sbyte || value is short || value is int || value is long || value is byte || value is ushort
            || value is uint || value is ulong)
            return "i:" + Convert.ToString(value, CultureInfo.InvariantCulture);
        var text = value as string;
        if (text != null)
            return "s:" + string.Concat(text.Select(c => ((int)c).ToString("x4", CultureInfo.InvariantCulture)));
        var bytes = value as byte[];
        if (bytes != null) return "b:" + BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
        throw new ArgumentException("a wrapper returned " + value.GetType() + "; return a number, text, bytes or null");
    }

    private static string Answer(Func<Value[], object> call, string[] words)
    {
        try
        {
            return "ok " + Word(call(words.Skip(2).Select(w => new Value(w)).ToArray()));
        }
        catch (Unable) { return "unable"; }
        catch (Exception e)
        {
            var text = e.GetType().Name + ": " + e.Message;
            var plain = new string(text.Select(c => c < ' ' || c > '~' ? '?' : c).ToArray());
            return "threw " + plain.Substring(0, Math.Min(300, plain.Length));
        }
    }

    /// Calls `call` with each vector for `function` and notes what it returns or throws.
    public static void Check(
        string function, Func<Value[], object> call, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var vectors = Environment.GetEnvironmentVariable("FFI_GATES_VALUES");
        if (vectors == null) return;
        var only = Environment.GetEnvironmentVariable("FFI_GATES_VALUES_ONLY");
        var path = Environment.GetEnvironmentVariable("FFI_GATES_VALUES_ANSWERS") + "."
            + System.Diagnostics.Process.GetCurrentProcess().Id;
        using (var stream = new FileStream(path, FileMode.Append, FileAccess.Write))
        using (var writer = new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" })
        {
            writer.WriteLine("at " + function + " " + Path.GetFullPath(file) + ":" + line);
            foreach (var vector in File.ReadLines(vectors))
            {
                var words = vector.Split(' ');
                if (words[0] != function || (only != null && only != words[0] + ":" + words[1])) continue;
                // At once: the call may end the process.
                writer.WriteLine("begin " + words[1]);
                writer.WriteLine(Answer(call, words));
            }
        }
    }
}
