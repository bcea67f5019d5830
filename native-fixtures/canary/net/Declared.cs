// Declarations of the canary library that compile and are wrong, for the gate that compares them.
using System.Runtime.InteropServices;
using NUnit.Framework;

[TestFixture]
public class Declared
{
    // Packed here, padded there; longer than the library reads.
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Packed { public byte kind; public double weight; public long room; } //~ canary_declared_layout: declared = abi/struct-layout

    private delegate void Back(long value);

    [DllImport("fficanary")] private static extern int canary_pointer(); //~ canary_declared_pointer: declared = abi/truncated-pointer
    [DllImport("fficanary")] private static extern int canary_wide(long value); //~ canary_declared_width: declared = abi/wrong-width
    [DllImport("fficanary")] private static extern int canary_unsigned(); //~ canary_declared_sign: declared = abi/wrong-signedness
    [DllImport("fficanary")] private static extern double canary_mean(double a); //~ canary_declared_arity: declared = abi/arity
    [DllImport("fficanary", EntryPoint = "canary_mean")] private static extern double register(double a, long b); //~ canary_declared_register: declared = abi/calling-convention
    [DllImport("fficanary")] private static extern int canary_weigh(ref Packed record);
    [DllImport("fficanary")] private static extern int canary_call(Back back); //~ canary_declared_callback: declared = abi/no-result
    [DllImport("fficanary")] private static extern int canary_errno();
    [DllImport("fficanary")] private static extern int canary_slot(int at);

    private static void Ignore(long value) { }

    [Test] public void declared_pointer() { canary_pointer(); }
    [Test] public void declared_width() { canary_wide(1); }
    [Test] public void declared_sign() { canary_unsigned(); }
    [Test] public void declared_arity() { canary_mean(1); }
    [Test] public void declared_register() { register(1, 2); }
    [Test] public void declared_layout() { var record = new Packed(); canary_weigh(ref record); }
    [Test] public void declared_callback() { canary_call(Ignore); }

    [Test] public void declared_errno()
    {
        canary_errno();
        Assert.AreNotEqual(-1, Marshal.GetLastWin32Error()); //~ canary_declared_errno: declared = errno/clobbered
    }

    [Test] public void values_width()
    {
        FfiGatesValues.Check("canary_wide", a => canary_wide(a[0].Int64)); //~ canary_values_width: values = abi/wrong-width
    }

    [Test] public void values_sign()
    {
        FfiGatesValues.Check("canary_unsigned", a => canary_unsigned()); //~ canary_values_sign: values = abi/wrong-signedness
    }

    [Test] public void fuzz()
    {
        FfiGatesValues.Check("canary_slot", a => canary_slot(a[0].Int32)); //~ canary_fuzz: fuzz = trust/validation-gap
    }
}
