using System.Text;
using FirstRing.Platform.Uploads;
using FirstRing.Tests.Harness;
using SkiaSharp;

namespace FirstRing.Tests.Platform.Uploads;

/// <summary>What a file is its content says, and what is no picture is refused in words that say why.</summary>
public sealed class KindsOfFiles
{
    static byte[] Padded(string start) => [.. Encoding.Latin1.GetBytes(start), .. new byte[600]];

    public static TheoryData<string, byte[], string> Refused => new(
        ("a drawing with a script in it", PlantedFiles.Script, "file-drawing"),
        ("the same behind a mark and white space", [0xEF, 0xBB, 0xBF, .. "\r\n  "u8, .. PlantedFiles.Script], "file-drawing"),
        ("the same in UTF-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("<?xml version=\"1.0\"?><svg/>")], "file-drawing"),
        ("a page", Padded("<!doctype html><script>alert(1)</script>"), "file-drawing"),
        ("a document", Padded("%PDF-1.7"), "file-document"),
        ("an archive", PlantedFiles.WithArchive([], "words"), "file-archive"),
        ("an archive that would be a million times as large", [0x1F, 0x8B, .. new byte[200]], "file-archive"),
        ("a tar", TarOf(), "file-archive"),
        ("7z", [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, .. new byte[50]], "file-archive"),
        ("HEIC", Padded("\0\0\0\u0018ftypheic"), "file-other-picture"),
        ("a film", Padded("\0\0\0\u0018ftypmp42"), "file-other-picture"),
        ("GIF", Padded("GIF89a/*"), "file-other-picture"),
        ("TIFF", Padded("II*\0"), "file-other-picture"),
        ("a program", Padded("MZ"), "file-not-a-picture"),
        ("a program with the mark of a scan", [.. Padded("MZ")[..128], .. "DICM"u8, .. new byte[100]], "file-not-a-picture"),
        ("a shell script", Padded("#!/bin/sh\n"), "file-not-a-picture"),
        ("words", Padded("it hurts here"), "file-not-a-picture"),
        ("what every scanner knows", PlantedFiles.Eicar, "file-not-a-picture"),
        ("one byte", [0xFF], "file-not-a-picture"),
        ("nothing", [], "file-empty"));

    [Theory, MemberData(nameof(Refused))]
    public async Task Whatever_is_no_picture_is_refused_by_what_it_is(string what, byte[] content, string code)
    {
        var (picture, problem) = await Pictures.EncodeAnew(content, default);

        Assert.True(picture is null, what);
        Assert.Equal((what, code), (what, problem!.Code));
        Assert.DoesNotContain("MIME", problem.Title, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("photo of a rash.jpeg", "photo of a rash")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("D:\\Pictures\\mole.png", "mole")]
    [InlineData("mole.jpg.exe", "mole.jpg")]
    [InlineData("%E2%80%AEgpj.exe", "gpj")] // text turned round would show jpg at the end
    [InlineData("a%0D%0ASet-Cookie%3A x.jpg", " x")]
    [InlineData("Bo%C5%A1t%C3%AD%22%3B.png", "Boští\";")]
    [InlineData(".htaccess", "picture")]
    [InlineData("...", "picture")]
    [InlineData("%", "%")]
    [InlineData("", "picture")]
    public void A_name_keeps_what_a_person_called_it_and_nothing_else(string sent, string kept) => Assert.Equal(kept.Trim(), FileName.Clean(sent));

    [Theory]
    [InlineData("mole", "attachment; filename=\"mole.jpg\"; filename*=UTF-8''mole.jpg")]
    [InlineData("a\"b;c", "attachment; filename=\"a\\\"b;c.jpg\"; filename*=UTF-8''a%22b%3Bc.jpg")]
    [InlineData("Boští", "attachment; filename=\"Bo_t_.jpg\"; filename*=UTF-8''Bo%C5%A1t%C3%AD.jpg")]
    public void A_name_is_encoded_in_its_header(string name, string header)
    {
        var said = FileName.Disposition(name, FileKind.Jpeg);

        Assert.Equal(header.Split("filename*=")[1], said.Split("filename*=")[1]);
        Assert.StartsWith("attachment; filename=", said, StringComparison.Ordinal);
        Assert.All(said, letter => Assert.InRange(letter, ' ', '~'));
        Assert.True(Microsoft.Net.Http.Headers.ContentDispositionHeaderValue.TryParse(said, out var read));
        Assert.Equal($"{name}.jpg", read!.FileNameStar.Value);
    }

    [Fact]
    public async Task The_ending_that_it_gets_is_that_of_its_content()
    {
        var (picture, _) = await Pictures.EncodeAnew(PlantedFiles.Photo(SKEncodedImageFormat.Png), default);

        Assert.Contains("mole.exe.png", FileName.Disposition(FileName.Clean("mole.exe.html"), picture!.Kind), StringComparison.Ordinal);
    }

    static byte[] TarOf()
    {
        var tar = new byte[1024];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        tar[0] = (byte)'a';
        return tar;
    }
}
