using FirstRing.Platform.Errors;

namespace FirstRing.Platform.Uploads;

/// <summary>Why a file is not taken, in words for whoever sent it.</summary>
public static class UploadProblems
{
    public static readonly Problem
        TooLarge = new("file-too-large", "This file is too large. A picture may have up to 10 MB.", 413),
        TooSlow = new("file-too-slow", "The file took too long to arrive. Try again where the connection is better.", 408),
        Empty = new("file-empty", "This file is empty.", 422),
        NoPicture = new("file-not-a-picture", "This is not a picture that can be sent. Send a photo or a screenshot as JPEG, PNG or WebP.", 422),
        OtherPicture = new("file-other-picture", "Pictures of this kind cannot be sent. Send a photo or a screenshot as JPEG, PNG or WebP.", 422),
        Drawing = new("file-drawing", "Drawings and web pages (SVG, HTML) cannot be sent. Send a screenshot of it.", 422),
        Document = new("file-document", "Documents (PDF) cannot be sent here. Send a photo or a screenshot of the page.", 422),
        Archive = new("file-archive", "Archives (ZIP and the like) and office documents cannot be sent. Send the pictures one by one.", 422),
        TooManyPixels = new("picture-too-large", "This picture has more than 25 million pixels. Make it smaller, or send a screenshot of it.", 422),
        Broken = new("picture-broken", "This picture is damaged or not complete. Take it again.", 422),
        AnotherOnItsWay = new("file-on-its-way", "Another file of yours is still on its way.", 429);

    public static Problem? Of(FileKind kind) => kind switch
    {
        FileKind.Jpeg or FileKind.Png or FileKind.WebP => null,
        FileKind.OtherPicture => OtherPicture,
        FileKind.Markup => Drawing,
        FileKind.Pdf => Document,
        FileKind.Archive => Archive,
        _ => NoPicture,
    };
}
