// Declarations that agree with the header, callbacks that live long enough, errors that are looked at.
using System;
using System.Runtime.InteropServices;
using System.Text;
using NUnit.Framework;

namespace Twin
{
    [TestFixture]
    public class Interface
    {
        /// errno of a missing file; Mono hands errno on as it is.
        private const int Enoent = 2;

        [Test]
        public void abi_truncated_pointer()
        {
            Fx.fx_box_free(Fx.fx_box_new(1));
            Right.fx_box_free(Right.fx_box_new(1));
        }

        [Test]
        public void abi_wrong_width()
        {
            Assert.AreEqual((long)int.MaxValue + 1, Fx.fx_wide(int.MaxValue, 1));
        }

        [Test]
        public void abi_wrong_signedness()
        {
            Assert.AreEqual(uint.MaxValue, Fx.fx_unsigned_max());
        }

        [Test]
        public void abi_struct_layout()
        {
            var record = new Fx.Record { kind = 1, count = 2, tag = 3, weight = 0.5 };
            Assert.AreEqual(821, Fx.fx_record_digest(ref record));
            var nested = new Right.Nested { head = new Right.Head { kind = 1, count = 2 }, tag = 3, weight = 0.5 };
            Assert.AreEqual(821, Right.Digest(ref nested));
            var newer = new Right.Newer { record = nested, added = 0 };
            Assert.AreEqual(821, Right.Digest(ref newer));
            Assert.AreEqual(2, Marshal.PtrToStructure<Right.Older>(Right.Sample()).count);
            Assert.AreEqual(0, Right.MayThrow(false));
            Assert.AreEqual(821, Right.Digest(new Right.ByOffset { kind = 1, count = 2, tag = 3, weight = 0.5 }));
        }

        [Test]
        public void abi_arity()
        {
            Assert.AreEqual(1.5, Fx.fx_mean(1.0, 2.0f, 2));
        }

        [Test]
        public void abi_calling_convention()
        {
            Assert.AreEqual(1.0, Fx.fx_mean(1.0, 2.0f, 3));
        }

        [Test]
        public void abi_no_result()
        {
            Fx.Callback callback = (value, user) => value + 1;
            Fx.fx_on_event(callback, IntPtr.Zero);
            Assert.AreEqual(3, Fx.fx_fire(2));
            Fx.fx_on_event(null, IntPtr.Zero);
            GC.KeepAlive(callback);
        }

        [Test]
        public void abi_pointee_size()
        {
            int result;
            Assert.AreEqual(0, Right.Measure(3, out result));
            Assert.AreEqual(6, result);
        }

        [Test]
        public void abi_encoding()
        {
            Assert.AreEqual(3, (int)Fx.fx_utf8_points(Encoding.UTF8.GetBytes("abc\0")));
        }

        [Test]
        public void lifetime_callback_collected()
        {
            var shift = Environment.TickCount % 100;
            Fx.Callback callback = (value, user) => value + shift;
            Fx.fx_on_event(callback, IntPtr.Zero);
            for (var i = 0; i < 5; i++) { GC.Collect(); GC.WaitForPendingFinalizers(); }
            Assert.AreEqual(1 + shift, Fx.fx_fire(1));
            Fx.fx_on_event(null, IntPtr.Zero);
            GC.KeepAlive(callback);
        }

        [Test]
        public void threading_reentrancy()
        {
            var queued = -1;
            Fx.Callback queue = (value, user) => { queued = value; return value; };
            Fx.fx_on_event(queue, IntPtr.Zero);
            Fx.fx_fire(0);
            Fx.fx_on_event(null, IntPtr.Zero);
            Assert.AreEqual(0, queued);
            GC.KeepAlive(queue);
        }

        [Test]
        public void unwind_foreign_exception__host()
        {
            Fx.fx_may_throw(0);
        }

        [Test]
        public void unwind_foreign_exception__managed()
        {
            Exception caught = null;
            Fx.Callback careful = (value, user) =>
            {
                try { throw new InvalidOperationException("stays in the callback"); }
                catch (InvalidOperationException e) { caught = e; return -1; }
            };
            Fx.fx_on_event(careful, IntPtr.Zero);
            Assert.AreEqual(-1, Fx.fx_fire(1));
            Assert.IsNotNull(caught);
            Fx.fx_on_event(null, IntPtr.Zero);
            GC.KeepAlive(careful);
        }

        [Test]
        public void unwind_error_ignored()
        {
            var result = Marshal.AllocHGlobal(4);
            Marshal.WriteInt32(result, 0);
            Assert.AreEqual(0, Fx.fx_measure(3, result));
            Assert.AreEqual(-1, Fx.fx_measure(0, result));
            Marshal.FreeHGlobal(result);
        }

        [Test]
        public void errno_clobbered()
        {
            Assert.AreEqual(-1, Fx.fx_open_missing());
            Assert.AreEqual(Enoent, Marshal.GetLastWin32Error());
        }
    }
}
