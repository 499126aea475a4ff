using FirstRing.Platform.Errors;
using SkiaSharp;

namespace FirstRing.Platform.Uploads;

/// <summary>A picture that we encoded ourselves: pixels and nothing else.</summary>
public sealed record Picture(byte[] Content, FileKind Kind, int Width, int Height);

/// <summary>
/// Decodes a picture and encodes it anew, upright, in sRGB, without whatever else the file held (place, time, camera, comments, thumbnails, a second file behind it).
/// The header is read before anything is decoded and bounds what decoding may take; one picture is decoded at a time in a process.
/// </summary>
public static class Pictures
{
    /// <summary>Of a picture that is taken, in pixels: decoded it takes four bytes each.</summary>
    public const int MostPixels = 25_000_000;

    /// <summary>Of a picture that is kept, in pixels: larger ones are made smaller.</summary>
    public const int LongestSide = 3_072;

    const int Quality = 88, LargestPng = 4 << 20;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly SemaphoreSlim Turn = new(1, 1);

    /// <summary>The picture, or why it is none that is taken. <see cref="Problem.Busy"/> where others' pictures take too long.</summary>
    public static async Task<(Picture? Picture, Problem? Problem)> EncodeAnew(byte[] content, CancellationToken stop)
    {
        if (content.Length == 0) return (null, UploadProblems.Empty);
        var kind = FileKinds.Of(content);
        if (UploadProblems.Of(kind) is { } refused) return (null, refused);
        if (FileKinds.SizeOf(kind, content) is not { } size) return (null, UploadProblems.Broken);
        if ((long)size.Width * size.Height > MostPixels) return (null, UploadProblems.TooManyPixels);
        if (!await Turn.WaitAsync(Patience, stop)) return (null, Problem.Busy);
        try
        {
            return await Task.Run(() => Encode(content, kind, size), CancellationToken.None) is { } picture ? (picture, null) : (null, UploadProblems.Broken);
        }
        finally
        {
            Turn.Release();
        }
    }

    static Picture? Encode(byte[] content, FileKind kind, (int Width, int Height) size)
    {
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data);
        // Both must have read the same header: else the bound was that of another picture.
        if (codec is null || codec.EncodedFormat != FormatOf(kind) || (codec.Info.Width, codec.Info.Height) != size) return null;
        using var decoded = Decode(codec);
        if (decoded is null) return null;
        var turned = codec.EncodedOrigin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var shrink = Math.Min(1, (double)LongestSide / Math.Max(decoded.Width, decoded.Height));
        var (width, height) = (Math.Max(1, (int)Math.Round(decoded.Width * shrink)), Math.Max(1, (int)Math.Round(decoded.Height * shrink)));
        using var surface = SKSurface.Create(new SKImageInfo(turned ? height : width, turned ? width : height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        if (surface is null) return null;
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.SetMatrix(Upright(codec.EncodedOrigin, width, height));
        using (var image = SKImage.FromBitmap(decoded))
            surface.Canvas.DrawImage(image, new SKRect(0, 0, width, height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var upright = surface.Snapshot();
        // A photo sent as PNG would be many times as large as it need be; a screenshot is not.
        if (kind == FileKind.Png && Written(upright, SKEncodedImageFormat.Png) is { Length: <= LargestPng } png) return new Picture(png, FileKind.Png, upright.Width, upright.Height);
        return Written(upright, SKEncodedImageFormat.Jpeg) is { } jpeg ? new Picture(jpeg, FileKind.Jpeg, upright.Width, upright.Height) : null;
    }

    // JPEG and WebP come smaller at once where they would be made smaller anyway. Anything but a whole picture is none.
    static SKBitmap? Decode(SKCodec codec)
    {
        var fits = codec.GetScaledDimensions(Math.Min(1, (float)LongestSide / Math.Max(codec.Info.Width, codec.Info.Height)));
        using var srgb = SKColorSpace.CreateSrgb();
        var info = new SKImageInfo(fits.Width, fits.Height, SKColorType.Rgba8888, SKAlphaType.Premul, srgb);
        var bitmap = new SKBitmap();
        if (bitmap.TryAllocPixels(info) && codec.GetPixels(info, bitmap.GetPixels()) == SKCodecResult.Success)
        {
            bitmap.SetImmutable();
            return bitmap;
        }
        bitmap.Dispose();
        return null;
    }

    static byte[]? Written(SKImage image, SKEncodedImageFormat format)
    {
        using var data = image.Encode(format, Quality);
        return data?.ToArray();
    }

    static SKEncodedImageFormat FormatOf(FileKind kind) => kind switch { FileKind.Jpeg => SKEncodedImageFormat.Jpeg, FileKind.Png => SKEncodedImageFormat.Png, _ => SKEncodedImageFormat.Webp };

    // From where the camera's top left corner lies (Exif 2.3, Orientation) to upright; width and height are the picture's before it is turned.
    static SKMatrix Upright(SKEncodedOrigin origin, float width, float height) => origin switch
    {
        SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, width, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, width, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new SKMatrix(0, -1, height, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, height, -1, 0, width, 0, 0, 1),
        SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, width, 0, 0, 1),
        _ => SKMatrix.Identity,
    };
}
