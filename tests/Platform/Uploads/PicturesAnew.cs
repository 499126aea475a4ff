using System.Text;
using FirstRing.Platform.Uploads;
using FirstRing.Tests.Harness;
using SkiaSharp;

namespace FirstRing.Tests.Platform.Uploads;

/// <summary>What comes out is a picture of our own making, or nothing.</summary>
public sealed class PicturesAnew
{
    const string Words = "Quillfeather was here";

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, FileKind.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png, FileKind.Png)]
    [InlineData(SKEncodedImageFormat.Webp, FileKind.Jpeg)]
    public async Task Photos_and_screenshots_come_out_as_they_look(SKEncodedImageFormat format, FileKind kind)
    {
        var picture = await Taken(PlantedFiles.Photo(format, 64, 48));

        Assert.Equal((kind, 64, 48), (picture.Kind, picture.Width, picture.Height));
        Assert.Equal(kind, FileKinds.Of(picture.Content));
        Assert.Equal("red white white white", Corners(picture));
    }

    [Fact]
    public async Task Place_comment_and_a_second_file_are_gone()
    {
        foreach (var (name, file) in (IEnumerable<(string, byte[])>)
            [
                ("Exif, XMP and comment", PlantedFiles.PhotoThatTells(Words)),
                ("a text chunk", PlantedFiles.ScreenshotThatTells(Words)),
                ("an archive behind a JPEG", PlantedFiles.WithArchive(PlantedFiles.Photo(), Words)),
                ("an archive behind a PNG", PlantedFiles.WithArchive(PlantedFiles.Photo(SKEncodedImageFormat.Png), Words)),
                ("a page behind a JPEG", [.. PlantedFiles.Photo(), .. Encoding.UTF8.GetBytes($"<script>{Words}</script>")]),
            ])
        {
            Assert.True(PlantedFiles.Holds(file, Words), name);
            var picture = await Taken(file);
            foreach (var left in (string[])[Words, "Exif", "http", "PK\u0003\u0004", "script", "ICC_PROFILE"]) Assert.False(PlantedFiles.Holds(picture.Content, left), $"{name}: {left}");
        }
    }

    [Theory]
    [InlineData(1, "red white white white")]
    [InlineData(2, "white red white white")]
    [InlineData(3, "white white white red")]
    [InlineData(4, "white white red white")]
    [InlineData(5, "red white white white")]
    [InlineData(6, "white red white white")]
    [InlineData(7, "white white white red")]
    [InlineData(8, "white white red white")]
    public async Task It_stands_upright_however_the_camera_was_held(int orientation, string corners)
    {
        var picture = await Taken(PlantedFiles.PhotoThatTells(Words, (ushort)orientation));

        Assert.Equal(orientation > 4 ? (48, 64) : (64, 48), (picture.Width, picture.Height));
        Assert.Equal(corners, Corners(picture));
    }

    [Fact]
    public async Task A_large_photo_is_made_smaller()
    {
        var picture = await Taken(PlantedFiles.Photo(width: 4_000, height: 3_000));

        Assert.InRange(picture.Width, 2_500, Pictures.LongestSide);
        Assert.Equal(4.0 / 3, (double)picture.Width / picture.Height, 2);
    }

    [Theory]
    [InlineData(60_000, 60_000, "picture-too-large")]
    [InlineData(5_001, 5_000, "picture-too-large")]
    [InlineData(1, 25_000_001, "picture-too-large")]
    [InlineData(uint.MaxValue, uint.MaxValue, "picture-broken")]
    [InlineData(0, 10, "picture-broken")]
    [InlineData(100, 100, "picture-broken")] // and holds one row
    public async Task What_a_header_claims_is_judged_before_anything_is_decoded(uint width, uint height, string code)
    {
        var before = Environment.WorkingSet;

        Assert.Equal(code, await Refused(PlantedFiles.PngThatClaims(width, height)));

        Assert.True(Environment.WorkingSet - before < 60 << 20, $"{(Environment.WorkingSet - before) >> 20} MiB were taken");
    }

    [Fact]
    public async Task A_picture_that_is_gone_over_a_hundred_times_is_refused()
    {
        await Taken(PlantedFiles.JpegOfScans(10));
        Assert.Equal("picture-broken", await Refused(PlantedFiles.JpegOfScans(100)));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public async Task A_picture_that_was_cut_off_is_refused_wherever(SKEncodedImageFormat format)
    {
        var whole = PlantedFiles.Photo(format, 200, 150);
        foreach (var length in (int[])[4, 20, 40, whole.Length / 2, whole.Length - 40]) Assert.Equal(length < 12 && format != SKEncodedImageFormat.Jpeg ? "file-not-a-picture" : "picture-broken", await Refused(whole[..length]));
    }

    [Fact]
    public async Task Any_bytes_behind_a_good_beginning_are_survived()
    {
        var random = new Random(7);
        foreach (var format in (SKEncodedImageFormat[])[SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp])
            for (var i = 0; i < 150; i++)
            {
                var file = PlantedFiles.Photo(format, 40, 30);
                for (var changes = random.Next(1, 20); changes > 0; changes--) file[random.Next(2, file.Length)] = (byte)random.Next(256);
                var (picture, problem) = await Pictures.EncodeAnew(file, default);
                Assert.True(picture is null != problem is null);
            }
    }

    static async Task<Picture> Taken(byte[] file)
    {
        var (picture, problem) = await Pictures.EncodeAnew(file, default);
        Assert.True(picture is not null, problem?.Code);
        return picture;
    }

    static async Task<string> Refused(byte[] file)
    {
        var (picture, problem) = await Pictures.EncodeAnew(file, default);
        Assert.Null(picture);
        return problem!.Code;
    }

    // Upper left, upper right, lower left, lower right.
    static string Corners(Picture picture)
    {
        using var bitmap = SKBitmap.Decode(picture.Content);
        var (right, bottom) = (bitmap.Width - 5, bitmap.Height - 5);
        return string.Join(' ', new[] { bitmap.GetPixel(4, 4), bitmap.GetPixel(right, 4), bitmap.GetPixel(4, bottom), bitmap.GetPixel(right, bottom) }
            .Select(color => color is { Red: > 200, Green: < 60 } ? "red" : color is { Red: > 240, Green: > 240, Blue: > 240 } ? "white" : color.ToString()));
    }
}
