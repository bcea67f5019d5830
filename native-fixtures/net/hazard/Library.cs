// Bugs of the library itself.
using NUnit.Framework;

namespace Hazard
{
    [TestFixture]
    public class Library : LibraryCases
    {
        protected override int Run(string name) { return Fx.fx_hazard_run(name); } //~ calls native/src/
    }
}
