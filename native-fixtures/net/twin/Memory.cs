// Who owns memory, how long it lives and how long it is: each contract kept.
using System;
using System.Runtime.InteropServices;
using System.Threading;
using NUnit.Framework;

namespace Twin
{
    [TestFixture]
    public class Memory
    {
        private static readonly UIntPtr Length = (UIntPtr)100;

        [Test]
        public void ownership_allocator_mismatch__hglobal()
        {
            var memory = Marshal.AllocHGlobal(16);
            Marshal.FreeHGlobal(memory);
        }

        [Test]
        public void ownership_double_free__host()
        {
            var box = Fx.fx_box_new(1);
            Fx.fx_box_free(box);
        }

        [Test]
        public void ownership_use_after_free__host()
        {
            var box = Fx.fx_box_new(1);
            Assert.AreEqual(1, Fx.fx_box_get(box));
            Fx.fx_box_free(box);
        }

        [Test]
        public void ownership_leak__host()
        {
            Fx.fx_label_free(Fx.fx_label_new("freed"));
        }

        [Test]
        public void bounds_host_buffer_too_small()
        {
            var memory = Marshal.AllocHGlobal(100);
            Fx.fx_fill_memory(memory, Length, 7);
            Assert.AreEqual(7, Marshal.ReadByte(memory, 99));
            Marshal.FreeHGlobal(memory);
        }

        [Test]
        public void bounds_host_buffer_too_small__array()
        {
            var array = new byte[100];
            Fx.fx_fill_array(array, Length, 7);
            Assert.AreEqual(7, array[99]);
        }

        [Test]
        public void bounds_missing_terminator__host()
        {
            var memory = Marshal.AllocHGlobal(64);
            for (var i = 0; i < 63; i++) Marshal.WriteByte(memory, i, (byte)'x');
            Marshal.WriteByte(memory, 63, 0);
            Assert.AreEqual(63, (int)Fx.fx_text_length(memory));
            Marshal.FreeHGlobal(memory);
        }

        [Test]
        public void lifetime_host_buffer_freed()
        {
            var memory = Marshal.AllocHGlobal(100);
            Fx.fx_fill_memory(memory, Length, 1);
            Fx.fx_hold(memory, Length);
            Assert.AreEqual(100, Fx.fx_held_sum());
            Fx.fx_release();
            Marshal.FreeHGlobal(memory);
        }

        [Test]
        public void lifetime_host_buffer_moved()
        {
            var pin = GCHandle.Alloc(new byte[100], GCHandleType.Pinned);
            Fx.fx_hold(pin.AddrOfPinnedObject(), Length);
            GC.Collect();
            Assert.AreEqual(0, Fx.fx_held_sum());
            Fx.fx_release();
            pin.Free();
        }

        [Test]
        public void resource_pin_leak()
        {
            for (var i = 0; i < 10; i++)
            {
                var pin = GCHandle.Alloc(new byte[100], GCHandleType.Pinned);
                try { Assert.AreNotEqual(IntPtr.Zero, pin.AddrOfPinnedObject()); }
                finally { pin.Free(); }
            }
        }

        [Test]
        public void ownership_leak__handle()
        {
            for (var i = 0; i < 10; i++)
            {
                var handle = GCHandle.Alloc(new object());
                Assert.IsNotNull(GCHandle.FromIntPtr(GCHandle.ToIntPtr(handle)).Target);
                handle.Free();
            }
        }

        [Test]
        public void threading_host_memory_race()
        {
            var cell = Marshal.AllocHGlobal(4);
            Marshal.WriteInt32(cell, 0);
            Fx.fx_scribble_start(cell, 100000);
            Fx.fx_scribble_join(); // only then does the host touch the cell
            for (var i = 0; i < 1000; i++) Marshal.WriteInt32(cell, Marshal.ReadInt32(cell) + 1);
            Marshal.FreeHGlobal(cell);
        }

        [Test]
        public void null_dereference__host()
        {
            var box = Fx.fx_find("two");
            if (box != IntPtr.Zero) Fx.fx_box_get(box);
            Assert.AreEqual(IntPtr.Zero, box);
        }

        [Test]
        public void init_uninitialised_out_parameter()
        {
            var result = Marshal.AllocHGlobal(4);
            Assert.AreEqual(0, Fx.fx_measure(1, result));
            if (Marshal.ReadInt32(result) > 100) Thread.Yield();
            Marshal.FreeHGlobal(result);
        }
    }
}
