// The .NET lanes' canaries. `noop` does nothing wrong: what a gate says about it is the lane's own noise.
using System.Runtime.InteropServices;
using NUnit.Framework;

[TestFixture]
public class Canary
{
    [DllImport("fficanary")] private static extern int canary_noop();
    [DllImport("fficanary")] private static extern void canary_heap();
    [DllImport("fficanary")] private static extern void canary_uaf();
    [DllImport("fficanary")] private static extern void canary_leak();
    [DllImport("fficanary")] private static extern void canary_uninit();
    [DllImport("fficanary")] private static extern void canary_race();
    [DllImport("fficanary")] private static extern void canary_lockorder();
    [DllImport("fficanary")] private static extern void canary_ub();
    [DllImport("fficanary")] private static extern void canary_segv();
    [DllImport("fficanary")] private static extern void canary_handle();
    [DllImport("fficanary")] private static extern int canary_errorcode();
    [DllImport("fficanary")] private static extern void canary_reentry(int again);
    [DllImport("fficanary")] private static extern int canary_errorpath();

    [Test] public void noop() { Assert.AreEqual(42, canary_noop()); }
    [Test] public void heap() { canary_heap(); }
    [Test] public void uaf() { canary_uaf(); }
    [Test] public void leak() { canary_leak(); }
    [Test] public void uninit() { canary_uninit(); }
    [Test] public void race() { canary_race(); }
    [Test] public void lockorder() { canary_lockorder(); }
    [Test] public void ub() { canary_ub(); }
    [Test] public void segv() { canary_segv(); }
    [Test] public void handle() { canary_handle(); }
    [Test] public void errorcode() { canary_errorcode(); }
    [Test] public void pin()
    {
        for (var i = 0; i < 10; i++)
            GCHandle.Alloc(new byte[8], GCHandleType.Pinned); //~ pin: monoguard = resource/pin-leak
    }
    [Test] public void reentry() { canary_reentry(0); }
    [Test] public void errorpath() { canary_errorpath(); }
}
