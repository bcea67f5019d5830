// Prints `FFI_GATES_TEST <name>` for every test of an assembly, named as `nunit-console -run` selects it. NUnit's console
// runner cannot list; its own builder is asked, so that parameterised tests have the names that the runner uses.
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
