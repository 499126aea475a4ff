using System.Globalization;

namespace FirstRing.Media.Rtc.Sdp;

// One pass over the lines. Session-level attributes and those of the sections must agree: everything is one BUNDLE.
sealed class SdpAnswerReader
{
    const int MaxLength = 64 * 1024, MaxLine = 2048, MaxSections = 32;

    readonly List<SdpMedia> _media = [];
    string? _ufrag, _password;
    byte[]? _fingerprint;
    SdpSetup _setup;

    // Null when all lines were read, else the error.
    internal string? Read(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength) return SdpError.TooLarge;
        var first = true;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf('\n');
            var line = (end < 0 ? text : text[..end]).TrimEnd('\r');
            text = end < 0 ? default : text[(end + 1)..];
            if (line.IsEmpty) continue;
            if (line.Length > MaxLine) return SdpError.LineTooLong;
            if (line.Length < 2 || line[1] != '=' || !char.IsAsciiLetterLower(line[0]) || line.ContainsAnyInRange('\0', '\u001F'))
                return SdpError.BadLine;
            if (first && line is not "v=0") return SdpError.BadLine;
            first = false;
            var error = line[0] switch { 'm' => Section(line[2..]), 'a' => Attribute(line[2..]), _ => null };
            if (error is not null) return error;
        }
        return first ? SdpError.BadLine : null;
    }

    internal SdpAnswer? Finish(out string? error)
    {
        var mids = new HashSet<string>();
        foreach (var media in _media)
            if (media.Mid.Length == 0 || !mids.Add(media.Mid))
            {
                error = SdpError.BadMid;
                return null;
            }
        error = _ufrag is null || _password is null ? SdpError.NoIce
            : _fingerprint is null ? SdpError.NoFingerprint
            : _setup == SdpSetup.None ? SdpError.BadSetup
            : null;
        return error is null ? new SdpAnswer(_ufrag!, _password!, _fingerprint!, _setup, _media) : null;
    }

    string? Section(ReadOnlySpan<char> value)
    {
        if (_media.Count == MaxSections) return SdpError.TooMany;
        var kind = SdpText.Word(ref value);
        var port = SdpText.Word(ref value);
        var protocol = SdpText.Word(ref value);
        if (kind.IsEmpty || protocol.IsEmpty || !ushort.TryParse(port, NumberStyles.None, null, out var number)) return SdpError.BadMedia;
        var media = new SdpMedia { IsAudio = kind is "audio", IsRejected = number == 0 };
        _media.Add(media);
        if (kind is not ("audio" or "video")) return null; // an m=application is kept to keep count, its formats are not payload types
        while (!value.IsEmpty)
        {
            if (!SdpText.TryPayloadType(SdpText.Word(ref value), out var type)) return SdpError.BadMedia;
            if (media.CodecList.Count == SdpAttributes.MaxPerSection) return SdpError.TooMany;
            media.CodecList.Add(new SdpCodec(type));
        }
        return null;
    }

    string? Attribute(ReadOnlySpan<char> attribute)
    {
        var colon = attribute.IndexOf(':');
        var name = colon < 0 ? attribute : attribute[..colon];
        var value = colon < 0 ? default : attribute[(colon + 1)..];
        switch (name)
        {
            case "ice-ufrag":
                return SdpText.TryCredential(value, 4, ref _ufrag) ? null : SdpError.BadIce;
            case "ice-pwd":
                return SdpText.TryCredential(value, 22, ref _password) ? null : SdpError.BadIce;
            case "fingerprint":
                return Fingerprint(value);
            case "setup":
                return Setup(value);
            default:
                return _media.Count == 0 ? null : SdpAttributes.Read(_media[^1], name, value);
        }
    }

    string? Fingerprint(ReadOnlySpan<char> value)
    {
        var hash = SdpText.Word(ref value);
        // RFC 8122 §5: several hashes may be given and unknown ones are ignored. We offer and accept SHA-256 only.
        if (!hash.Equals("sha-256", StringComparison.OrdinalIgnoreCase)) return null;
        var bytes = new byte[32];
        if (!SdpText.TryColonHex(value, bytes)) return SdpError.BadFingerprint;
        if (_fingerprint is not null && !bytes.AsSpan().SequenceEqual(_fingerprint)) return SdpError.BadFingerprint;
        _fingerprint = bytes;
        return null;
    }

    string? Setup(ReadOnlySpan<char> value)
    {
        var setup = value switch { "active" => SdpSetup.Active, "passive" => SdpSetup.Passive, _ => SdpSetup.None };
        if (setup == SdpSetup.None || (_setup != SdpSetup.None && _setup != setup)) return SdpError.BadSetup;
        _setup = setup;
        return null;
    }
}
