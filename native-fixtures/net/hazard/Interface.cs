// Declarations, callbacks and errors.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace Hazard
{
    [TestFixture]
    public class Interface
    {
        [Test]
        public void abi_truncated_pointer()
        {
            Fx.fx_box_free((IntPtr)Wrong.fx_box_new(1)); //~ abi_truncated_pointer: plain asan = crash/signal
        }

        [Test]
        public void abi_wrong_width()
        {
            Assert.AreNotEqual((long)int.MaxValue + 1, (long)Wrong.fx_wide(int.MaxValue, 1));
        }

        [Test]
        public void abi_wrong_signedness()
        {
            Assert.AreEqual(-1, Wrong.fx_unsigned_max());
        }

        [Test]
        public void abi_struct_layout()
        {
            var packed = new Wrong.Record { kind = 1, count = 2, tag = 3, weight = 0.5 };
            Assert.AreNotEqual(821, Wrong.fx_record_digest(ref packed));
        }

        [Test]
        public void abi_arity()
        {
            Wrong.fx_mean(1.0, 2.0f);
        }

        [Test]
        public void abi_calling_convention()
        {
            Wrong.Mean(1.0, 2.0, 3);
        }

        [Test]
        public void abi_no_result()
        {
            Wrong.fx_on_event(null, IntPtr.Zero);
        }

        [Test]
        public void abi_pointee_size()
        {
            short result;
            // Nothing is written where nothing is wanted.
            Wrong.fx_measure(0, out result);
        }

        [Test]
        public void abi_encoding()
        {
            Assert.AreEqual(1, (int)Wrong.fx_utf8_points("abc"));
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Register()
        {
            var shift = Environment.TickCount;
            Fx.fx_on_event((value, user) => value + shift, IntPtr.Zero);
        }

        [Test]
        public void lifetime_callback_collected()
        {
            Register();
            for (var i = 0; i < 5; i++) { GC.Collect(); GC.WaitForPendingFinalizers(); }
            Fx.fx_fire(1); //~ lifetime_callback_collected: plain asan = crash/signal
            Fx.fx_on_event(null, IntPtr.Zero);
        }

        [Test]
        public void threading_reentrancy()
        {
            Fx.Callback again = null;
            again = (value, user) => value == 0 ? Fx.fx_fire(1) : value; //~ threading_reentrancy: callguard = threading/reentrancy
            Fx.fx_on_event(again, IntPtr.Zero);
            Fx.fx_fire(0);
            Fx.fx_on_event(null, IntPtr.Zero);
            GC.KeepAlive(again);
        }

        [Test]
        public void unwind_foreign_exception__host()
        {
            Fx.fx_may_throw(1); //~ unwind_foreign_exception__host: plain = unwind/foreign-exception
        }

        [Test]
        public void unwind_foreign_exception__managed()
        {
            Fx.Callback thrower = (value, user) => { throw new InvalidOperationException("out of a callback"); };
            Fx.fx_on_event(thrower, IntPtr.Zero);
            try { Fx.fx_fire(1); } //~ unwind_foreign_exception__managed: blind = unwind/foreign-exception
            catch (InvalidOperationException) { }
            Fx.fx_on_event(null, IntPtr.Zero);
            GC.KeepAlive(thrower);
        }

        [Test]
        public void unwind_error_ignored()
        {
            var result = Marshal.AllocHGlobal(4);
            Marshal.WriteInt32(result, 0);
            Fx.fx_measure(3, result); //~ unwind_error_ignored: errors = unwind/error-ignored
            Assert.IsTrue(Marshal.ReadInt32(result) >= 0);
            Marshal.FreeHGlobal(result);
        }

        [Test]
        public void errno_clobbered()
        {
            Wrong.fx_open_missing();
            Assert.AreNotEqual(-1, Marshal.GetLastWin32Error()); //~ errno_clobbered: declared = errno/clobbered
        }
    }
}
