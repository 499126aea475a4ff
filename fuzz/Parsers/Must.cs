using System.Runtime.CompilerServices;

namespace FirstRing.Fuzz.Parsers;

static class Must
{
    // What a target knows to be true whatever the bytes are. Its breach is a crash to the fuzzer.
    internal static void Hold(bool condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        if (!condition) throw new InvalidOperationException(what);
    }
}
