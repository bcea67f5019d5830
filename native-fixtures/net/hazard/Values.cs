// Boundary values through declarations and casts that pass others on, held against C. What ends the host comes last.
using System;
using System.Runtime.InteropServices;
using System.Text;
using NUnit.Framework;

namespace Hazard
{
    [TestFixture]
    public class Values
    {
        private static object Digest(FfiGatesValues.Value[] a)
        {
            var packed = new Wrong.Record { kind = a[0].UInt8, count = a[1].UInt32, tag = a[2].UInt16, weight = a[3].Double };
            return Wrong.fx_record_digest(ref packed);
        }

        private static int Slice(int from, int to)
        {
            return Fx.fx_copy_slice(new byte[64], (UIntPtr)64, new byte[64], from, to);
        }

        [Test]
        public void abi_wrong_width__value()
        {
            FfiGatesValues.Check("fx_wide", a => (long)(int)Fx.fx_wide(a[0].Int64, a[1].Int64)); //~ abi_wrong_width__value: values = abi/wrong-width
        }

        [Test]
        public void abi_wrong_width__argument()
        {
            FfiGatesValues.Check("fx_wide", a => Fx.fx_wide((int)a[0].Int64, a[1].Int64)); //~ abi_wrong_width__argument: values = abi/wrong-width
        }

        [Test]
        public void abi_arity__value()
        {
            FfiGatesValues.Check("fx_wide", a => Fx.fx_wide(a[0].Int64, 0)); //~ abi_arity__value: values = abi/arity
        }

        [Test]
        public void abi_wrong_signedness__value()
        {
            FfiGatesValues.Check("fx_unsigned_max", a => Wrong.fx_unsigned_max()); //~ abi_wrong_signedness__value: values = abi/wrong-signedness
        }

        [Test]
        public void abi_struct_layout__value()
        {
            FfiGatesValues.Check("fx_record_digest", Digest); //~ abi_struct_layout__value: values = abi/struct-layout
        }

        [Test]
        public void abi_calling_convention__value()
        {
            FfiGatesValues.Check("fx_mean", a => Wrong.Mean(a[0].Double, a[1].Double, a[2].Int32)); //~ abi_calling_convention__value: values = abi/calling-convention
        }

        [Test]
        public void abi_encoding__value()
        {
            FfiGatesValues.Check("fx_utf8_points", a => Wrong.fx_utf8_points(a[0].String)); //~ abi_encoding__value: values = abi/encoding
        }

        [Test]
        public void abi_encoding__nul()
        {
            FfiGatesValues.Check("fx_utf8_points", a => Fx.fx_utf8_points(Encoding.UTF8.GetBytes(a[0].String + "\0"))); //~ abi_encoding__nul: values = abi/encoding
        }

        [Test]
        public void bounds_length_arithmetic__value()
        {
            FfiGatesValues.Check("fx_sum", a => Fx.fx_sum(a[0].Bytes, (UIntPtr)(ushort)a[0].Bytes.Length)); //~ bounds_length_arithmetic__value: values = bounds/length-arithmetic
        }

        private static int Double(int want)
        {
            var room = Marshal.AllocHGlobal(4);
            Marshal.WriteInt32(room, 0);
            Fx.fx_measure(want, room);
            var got = Marshal.ReadInt32(room);
            Marshal.FreeHGlobal(room);
            return got;
        }

        [Test]
        public void init_uninitialised_out_parameter__value()
        {
            FfiGatesValues.Check("fx_measure", a => Double(a[0].Int32)); //~ init_uninitialised_out_parameter__value: values fuzz = init/uninitialised-out-parameter
        }

        [Test]
        public void trust_validation_gap__code()
        {
            FfiGatesValues.Check("fx_double", a => Double(a[0].Int32)); //~ trust_validation_gap__code: values fuzz = trust/validation-gap
        }

        [Test]
        public void abi_truncated_pointer__value()
        {
            FfiGatesValues.Check("fx_box", a => Fx.fx_box_get((IntPtr)Wrong.fx_box_new(a[0].Int32))); //~ abi_truncated_pointer__value: values = crash/signal
        }

        [Test]
        public void trust_validation_gap__value()
        {
            FfiGatesValues.Check("fx_slice", a => Slice(a[0].Int32, a[1].Int32)); //~ trust_validation_gap__value: values fuzz = trust/validation-gap
        }
    }
}
