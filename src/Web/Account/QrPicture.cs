using System.Globalization;
using System.Text;
using QRCoder;

namespace FirstRing.Web.Account;

/// <summary>A QR code (ISO/IEC 18004) as the paths of an SVG: the dark squares on a light ground with the quiet zone that scanners need, in either theme.</summary>
public sealed record QrPicture(int Side, string Ground, string Squares)
{
    public static QrPicture Of(string text)
    {
        using var made = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var squares = new StringBuilder();
        for (var y = 0; y < made.ModuleMatrix.Count; y++)
            for (var x = 0; x < made.ModuleMatrix[y].Length; x++)
                if (made.ModuleMatrix[y][x]) squares.Append(CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
        var side = made.ModuleMatrix.Count;
        return new QrPicture(side, string.Create(CultureInfo.InvariantCulture, $"M0 0h{side}v{side}h-{side}z"), squares.ToString());
    }
}
