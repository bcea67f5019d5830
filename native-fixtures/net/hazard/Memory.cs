// Who owns memory, how long it lives and how long it is.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using NUnit.Framework;

namespace Hazard
{
    [TestFixture]
    public class Memory
    {
        private static readonly UIntPtr OneTooMany = (UIntPtr)101;

        [Test]
        public void ownership_allocator_mismatch__hglobal()
        {
            var memory = Marshal.AllocHGlobal(16);
            Fx.fx_label_free(memory); //~ ownership_allocator_mismatch__hglobal: blind = ownership/allocator-mismatch
        }

        [Test]
        public void ownership_double_free__host()
        {
            var box = Fx.fx_box_new(1);
            Fx.fx_box_free(box);
            Fx.fx_box_free(box); //~ ownership_double_free__host: asan memcheck = ownership/double-free
        }

        [Test]
        public void ownership_use_after_free__host()
        {
            var box = Fx.fx_box_new(1);
            Fx.fx_box_free(box);
            Fx.fx_box_get(box); //~ ownership_use_after_free__host: asan memcheck = ownership/use-after-free
        }

        [Test]
        public void ownership_leak__host()
        {
            for (var i = 0; i < 8; i++)
                Fx.fx_label_new("never freed"); //~ ownership_leak__host: memcheck = ownership/leak
        }

        [Test]
        public void bounds_host_buffer_too_small()
        {
            var memory = Marshal.AllocHGlobal(100);
            Fx.fx_fill_memory(memory, OneTooMany, 7); //~ bounds_host_buffer_too_small: asan memcheck = bounds/heap-overflow
            Marshal.FreeHGlobal(memory);
        }

        [Test]
        public void bounds_host_buffer_too_small__array()
        {
            Fx.fx_fill_array(new byte[100], OneTooMany, 7); //~ bounds_host_buffer_too_small__array: blind = bounds/host-buffer-too-small
        }

        [Test]
        public void bounds_missing_terminator__host()
        {
            var memory = Marshal.AllocHGlobal(64);
            for (var i = 0; i < 64; i++) Marshal.WriteByte(memory, i, (byte)'x');
            Fx.fx_text_length(memory); //~ bounds_missing_terminator__host: asan memcheck = bounds/heap-overread
            Marshal.FreeHGlobal(memory);
        }

        [Test]
        public void lifetime_host_buffer_freed()
        {
            var memory = Marshal.AllocHGlobal(100);
            Fx.fx_hold(memory, (UIntPtr)100);
            Marshal.FreeHGlobal(memory);
            Fx.fx_held_sum(); //~ lifetime_host_buffer_freed: asan memcheck = ownership/use-after-free
            Fx.fx_release();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void HoldUnpinned()
        {
            var array = new byte[100];
            var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
            Fx.fx_hold(pin.AddrOfPinnedObject(), (UIntPtr)100);
            pin.Free(); // the library still holds the address
        }

        [Test]
        public void lifetime_host_buffer_moved()
        {
            HoldUnpinned();
            GC.Collect();
            Fx.fx_held_sum(); //~ lifetime_host_buffer_moved: blind = lifetime/host-buffer-moved
            Fx.fx_release();
        }

        [Test]
        public void resource_pin_leak()
        {
            for (var i = 0; i < 10; i++)
                GCHandle.Alloc(new byte[100], GCHandleType.Pinned); //~ resource_pin_leak: monoguard = resource/pin-leak
        }

        [Test]
        public void ownership_leak__handle()
        {
            for (var i = 0; i < 10; i++)
                Assert.AreNotEqual(IntPtr.Zero, GCHandle.ToIntPtr(GCHandle.Alloc(new object()))); //~ ownership_leak__handle: monoguard = ownership/leak
        }

        [Test]
        public void threading_host_memory_race()
        {
            var cell = Marshal.AllocHGlobal(4);
            Marshal.WriteInt32(cell, 0);
            Fx.fx_scribble_start(cell, 100000);
            for (var i = 0; i < 1000; i++) Marshal.WriteInt32(cell, Marshal.ReadInt32(cell) + 1); //~ threading_host_memory_race: helgrind = threading/data-race
            Fx.fx_scribble_join();
            Marshal.FreeHGlobal(cell);
        }

        [Test]
        public void null_dereference__host()
        {
            Fx.fx_box_get(Fx.fx_find("two")); //~ null_dereference__host: memcheck = null/dereference
        }

        [Test]
        public void init_uninitialised_out_parameter()
        {
            var result = Marshal.AllocHGlobal(4);
            Fx.fx_measure(0, result);
            if (Marshal.ReadInt32(result) > 100) Thread.Yield(); //~ init_uninitialised_out_parameter: blind = init/uninitialised-out-parameter
            Marshal.FreeHGlobal(result);
        }
    }
}
