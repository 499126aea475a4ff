namespace FirstRing.Platform.Egress;

/// <summary>
/// A host by its DNS name (RFC 1123 §2.1), lower case, in A-labels. What a resolver or a URL parser could take for an address in any notation (decimal,
/// octal, hexadecimal, shortened, bracketed) is no name here.
/// </summary>
public readonly record struct HostName
{
    const int Longest = 253, LongestLabel = 63;

    HostName(string text) => Text = text;

    public string Text { get; }

    public override string ToString() => Text;

    public static bool TryParse(string? text, out HostName name)
    {
        name = default;
        if (text is not { Length: > 0 and <= Longest }) return false;
        var labels = text.ToLowerInvariant().Split('.');
        if (!labels.All(IsLabel) || IsNumber(labels[^1])) return false;
        name = new HostName(string.Join('.', labels));
        return true;
    }

    static bool IsLabel(string label) => label.Length is > 0 and <= LongestLabel && label[0] != '-' && label[^1] != '-'
        && label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

    // A name that ends in a number is an address to every URL parser (WHATWG URL, "ends in a number").
    static bool IsNumber(string label) => label.All(char.IsAsciiDigit)
        || (label.StartsWith("0x", StringComparison.Ordinal) && label[2..].All(char.IsAsciiHexDigit));
}
