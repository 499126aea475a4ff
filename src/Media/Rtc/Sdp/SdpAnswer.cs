namespace FirstRing.Media.Rtc.Sdp;

/// <summary>Who opens DTLS (RFC 8842 §5.2).</summary>
public enum SdpSetup
{
    /// <summary>Not said.</summary>
    None,
    /// <summary>The page opens: what browsers answer to actpass.</summary>
    Active,
    /// <summary>The page waits.</summary>
    Passive,
}

/// <summary>What an answer says, as far as the media plane needs it.</summary>
public sealed class SdpAnswer
{
    internal SdpAnswer(string ufrag, string password, byte[] fingerprint, SdpSetup setup, IReadOnlyList<SdpMedia> media) =>
        (Ufrag, Password, Fingerprint, Setup, Media) = (ufrag, password, fingerprint, setup, media);

    /// <summary>The page's ICE user name fragment.</summary>
    public string Ufrag { get; }
    /// <summary>The page's ICE password.</summary>
    public string Password { get; }
    /// <summary>SHA-256 of the page's certificate, 32 bytes.</summary>
    public ReadOnlyMemory<byte> Fingerprint { get; }
    /// <summary>Who opens DTLS.</summary>
    public SdpSetup Setup { get; }
    /// <summary>The m-sections in order, the rejected ones too.</summary>
    public IReadOnlyList<SdpMedia> Media { get; }

    /// <summary>The section with a mid, or null.</summary>
    public SdpMedia? Find(ReadOnlySpan<char> mid)
    {
        foreach (var media in Media)
            if (mid.SequenceEqual(media.Mid))
                return media;
        return null;
    }

    /// <summary>Reads an answer of at most 64 KiB. Never throws; on false <paramref name="error"/> is one of <see cref="SdpError"/>.</summary>
    public static bool TryRead(
        ReadOnlySpan<char> text,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SdpAnswer? answer,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? error)
    {
        var reader = new SdpAnswerReader();
        error = reader.Read(text);
        answer = error is null ? reader.Finish(out error) : null;
        return answer is not null;
    }
}
