using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using FirstRing.Platform.Ids;

namespace FirstRing.Platform.Uploads;

/// <summary>A stored file: <c>fil_</c> + 32 hex digits, random. It is the only thing that a path on the disk is ever made of.</summary>
public readonly record struct FileId
{
    const string Prefix = "fil_";

    readonly Guid _value;

    FileId(Guid value) => _value = value;

    public static FileId New() => new(NewId.Random());

    public static bool TryParse([NotNullWhen(true)] string? text, out FileId id)
    {
        id = default;
        if (text is null || text.Length != Prefix.Length + 32 || !text.StartsWith(Prefix, StringComparison.Ordinal) || !Guid.TryParseExact(text.AsSpan(Prefix.Length), "N", out var value)) return false;
        id = new FileId(value);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{_value:N}");
}
