// The same values, through methods that take what C takes and refuse the rest.
using System;
using System.Runtime.InteropServices;
using System.Text;
using NUnit.Framework;

namespace Twin
{
    [TestFixture]
    public class Values
    {
        private static object Digest(FfiGatesValues.Value[] a)
        {
            var record = new Fx.Record { kind = a[0].UInt8, count = a[1].UInt32, tag = a[2].UInt16, weight = a[3].Double };
            return Fx.fx_record_digest(ref record);
        }

        private static object Points(FfiGatesValues.Value[] a)
        {
            var text = a[0].String;
            if (text.Contains("\0")) throw new ArgumentException("text of C ends at NUL");
            return Fx.fx_utf8_points(Encoding.UTF8.GetBytes(text + "\0"));
        }

        private static object Box(FfiGatesValues.Value[] a)
        {
            var box = Fx.fx_box_new(a[0].Int32);
            try { return Fx.fx_box_get(box); }
            finally { Fx.fx_box_free(box); }
        }

        private static int Slice(int from, int to)
        {
            if (from < 0 || from > to || to > 64) throw new ArgumentException("no slice of 64 bytes");
            return Fx.fx_copy_slice(new byte[64], (UIntPtr)64, new byte[64], from, to);
        }

        [Test]
        public void abi_wrong_width__value()
        {
            FfiGatesValues.Check("fx_wide", a => Fx.fx_wide(a[0].Int64, a[1].Int64));
        }

        [Test]
        public void abi_wrong_width__argument()
        {
            FfiGatesValues.Check("fx_wide", a => Fx.fx_wide(a[0].Int64, a[1].Int64));
        }

        [Test]
        public void abi_arity__value()
        {
            FfiGatesValues.Check("fx_wide", a => Fx.fx_wide(a[0].Int64, a[1].Int64));
        }

        [Test]
        public void abi_wrong_signedness__value()
        {
            FfiGatesValues.Check("fx_unsigned_max", a => Fx.fx_unsigned_max());
        }

        [Test]
        public void abi_struct_layout__value()
        {
            FfiGatesValues.Check("fx_record_digest", Digest);
        }

        [Test]
        public void abi_calling_convention__value()
        {
            FfiGatesValues.Check("fx_mean", a => Fx.fx_mean(a[0].Double, a[1].Single, a[2].Int32));
        }

        [Test]
        public void abi_encoding__value()
        {
            FfiGatesValues.Check("fx_utf8_points", Points);
        }

        [Test]
        public void abi_encoding__nul()
        {
            FfiGatesValues.Check("fx_utf8_points", Points);
        }

        [Test]
        public void bounds_length_arithmetic__value()
        {
            FfiGatesValues.Check("fx_sum", a => Fx.fx_sum(a[0].Bytes, (UIntPtr)a[0].Bytes.Length));
        }

        private static int Double(int want)
        {
            if (want > int.MaxValue / 2) throw new ArgumentException("no measure");
            var room = Marshal.AllocHGlobal(4);
            try
            {
                if (Fx.fx_measure(want, room) != 0) throw new ArgumentException("no measure");
                return Marshal.ReadInt32(room);
            }
            finally
            {
                Marshal.FreeHGlobal(room);
            }
        }

        [Test]
        public void init_uninitialised_out_parameter__value()
        {
            FfiGatesValues.Check("fx_measure", a => Double(a[0].Int32));
        }

        [Test]
        public void trust_validation_gap__code()
        {
            FfiGatesValues.Check("fx_double", a => Double(a[0].Int32));
        }

        [Test]
        public void abi_truncated_pointer__value()
        {
            FfiGatesValues.Check("fx_box", Box);
        }

        [Test]
        public void trust_validation_gap__value()
        {
            FfiGatesValues.Check("fx_slice", a => Slice(a[0].Int32, a[1].Int32));
        }
    }
}
