// Mono makes an exception of its own faults and a report of those of C, and its reporter must not hang under ASan.
using System;
using System.Runtime.InteropServices;
using NUnit.Framework;

[TestFixture]
public class Crash
{
    [DllImport("puppet")] private static extern void puppet_crash();

    [Test] public void catches_its_own()
    {
        string none = null;
        Assert.Throws<NullReferenceException>(() => none.Trim());
    }

    [Test] public void crashes() { puppet_crash(); }
}
