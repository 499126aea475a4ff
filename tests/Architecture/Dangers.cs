using System.Text.RegularExpressions;

namespace FirstRing.Tests.Architecture;

/// <summary>What our sources do without: each danger with the files that may have it all the same, and why.</summary>
public sealed class Dangers
{
    sealed record Danger(string Name, string Ending, string Pattern, params string[] Allowed);

    static readonly IReadOnlyList<Danger> All =
    [
        new("starting programs", ".cs", @"\bProcess(StartInfo)?\b\s*[.(]\s*Start|new ProcessStartInfo|UseShellExecute = true", "src/Host/Supervisor.cs", "src/Platform/Backup/PostgresTools.cs"), // our own binary, pg_dump and pg_restore, by argument list
        new("text that is run as code", ".cs", @"CSharpScript|CodeDom|DynamicMethod|Expression\.Compile|Assembly\.Load|Activator\.CreateInstance\("),
        new("XML", ".cs", @"XmlReader|XmlDocument|XDocument|XPath|XslCompiledTransform|XmlSerializer"),
        new("types named by the wire", ".cs", @"BinaryFormatter|NetDataContractSerializer|LosFormatter|TypeNameHandling|JsonPolymorphic|Type\.GetType\("),
        new("expressions made at run time", ".cs", @"new Regex\(|Regex\.(IsMatch|Match|Replace|Split)\("),
        new("formats made at run time", ".cs", @"string\.Format\(|CompositeFormat|AppendFormat\(", "src/Web/Rendering/Texts.cs"), // of our own resource files
        new("old ciphers and padding", ".cs", @"\b(DES|TripleDES|RC2|Rijndael)\b\s*\.|CipherMode\.(ECB|CBC|CFB)|RSAEncryptionPadding|RSASignaturePadding\.Pkcs1", "src/Media/Rtc/Srtp/CounterMode.cs"), // the block function of RFC 3711's counter mode
        new("old hashes", ".cs", @"\bMD5\b|\bSHA1\b(?!_)|HMACSHA1|HMACMD5", "src/Media/Rtc/Srtp/CounterCipher.cs", "src/Media/Rtc/Stun/MessageIntegrity.cs", "src/Media/Rtc/Stun/StunAttribute.cs",
            "src/Media/Rtc/Srtp/SrtpProfile.cs", "src/Media/Rtc/Turn/TurnKeys.cs"), // RFC 8489 and RFC 3711 prescribe HMAC-SHA-1, and for long-term keys MD5
        new("files outside of host, keys and passes", ".cs", @"\bFile\.(Open|Read|Write|Create|Copy|Move|Delete|Append)|new FileStream\(|Path\.Combine\(", "src/Host/", "src/Platform/Sealing/", "src/Platform/Passes/",
            "src/Platform/Audit/", "src/Platform/Storage/", "src/Platform/Backup/", "src/Platform/Uploads/", "src/Services/Identity/", // the demo's sign-in text and the pass key lie in its own folder
            "src/Services/Audit/Places/", "src/Services/Audit/AuditModule.cs", "src/Verify/", // what the log writes out, and the verifier that reads it
            "src/Media/Router/Recording/"), // sealed before it is written
        new("markup made from text", ".ts", @"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|dangerouslySetInnerHTML"),
        new("markup made from text in pages", ".razor", // but scripts' data as JSON without <, and what the build bundled
            @"AddMarkupContent|MarkupString\)(?!\$""<(script type=\\""application/json\\"" id=\\""\w+\\"">\{(Texts\.ForScript\(|PatientJson\})|style>\{Style\}|script>\{Script\}))"),
        new("text that a page runs", ".ts", @"\beval\(|new Function\(|setTimeout\(\s*[""'`]|import\(\s*[^""'`)]"),
        new("storage of a browser", ".ts", @"localStorage|sessionStorage|indexedDB|caches\.open|document\.cookie"),
        new("messages between windows", ".ts", @"postMessage\(|addEventListener\(\s*""message"""),
        new("keys from outside in an object", ".ts", @"\[\s*(id|key|name|text|path|value|type|\w+\.\w+)\s*\]\s*=[^=]|__proto__"),
    ];

    [Fact]
    public void Nothing_dangerous_is_used() => Assert.Empty(Found(House.Files("src", ".cs", ".ts", ".razor").Select(file => (file, House.Text(file)))));

    [Theory]
    [InlineData("src/Web/A.cs", "Process.Start(name)", "starting programs")]
    [InlineData("src/Web/A.cs", "XmlReader.Create(x)", "XML")]
    [InlineData("src/Web/A.cs", "new Regex(text)", "expressions made at run time")]
    [InlineData("src/Web/A.cs", "MD5.HashData(x)", "old hashes")]
    [InlineData("src/Web/A.cs", "aes.Mode = CipherMode.ECB", "old ciphers and padding")]
    [InlineData("src/Web/A.cs", "File.ReadAllText(path)", "files outside of host, keys and passes")]
    [InlineData("src/Web/live/a.ts", "node.innerHTML = x", "markup made from text")]
    [InlineData("src/Web/live/a.ts", "localStorage.x = 1", "storage of a browser")]
    [InlineData("src/Web/live/a.ts", "all[name] = 1", "keys from outside in an object")]
    [InlineData("src/Web/A.razor", "(MarkupString)x", "markup made from text in pages")]
    public void A_planted_danger_is_found(string file, string text, string danger) => Assert.Equal([$"{file}: {danger}"], Found([(file, text)]));

    static List<string> Found(IEnumerable<(string File, string Text)> files) => [.. files.SelectMany(file => All
        .Where(danger => file.File.EndsWith(danger.Ending, StringComparison.Ordinal) && !danger.Allowed.Any(allowed => file.File.StartsWith(allowed, StringComparison.Ordinal)))
        .Where(danger => Regex.IsMatch(WithoutComments(file.Text), danger.Pattern))
        .Select(danger => $"{file.File}: {danger.Name}"))];

    static string WithoutComments(string text) => Regex.Replace(text, @"(?m)^\s*//.*$|(?<=\s)// .*$", "");
}
