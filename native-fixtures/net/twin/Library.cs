// The library's own corrected twins.
using NUnit.Framework;

namespace Twin
{
    [TestFixture]
    public class Library : LibraryCases
    {
        protected override int Run(string name) { return Fx.fx_twin_run(name); }
    }
}
