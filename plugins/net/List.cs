// Prints `FFI_GATES_TEST <name>` for every test of an assembly, with the name by which `nunit-console -run` selects it.
// NUnit's console runner cannot list tests. Its builder is called, so that parameterised tests have the runner's names.
using System;
using NUnit.Core;

internal static class List
{
    private static void Walk(ITest test)
    {
        if (!test.IsSuite) Console.WriteLine("FFI_GATES_TEST " + test.TestName.FullName);
        else foreach (ITest inner in test.Tests) Walk(inner);
    }

    private static int Main(string[] args)
    {
        CoreExtensions.Host.InitializeService();
        var suite = new TestSuiteBuilder().Build(new TestPackage(args[0]));
        if (suite == null) return 1;
        Walk(suite);
        return 0;
    }
}
