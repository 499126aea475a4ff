using System.Security.Cryptography.X509Certificates;

namespace FirstRing.Host;

/// <summary>A certificate with its key in a file, read again when the file has changed; looked at every few seconds at most, by whoever asks.</summary>
internal sealed class CertificateFile
{
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    readonly string _path;
    readonly TimeProvider _clock;
    readonly Lock _gate = new();
    DateTime _written;
    long _looked;
    X509Certificate2 _certificate;

    public CertificateFile(string path, TimeProvider clock)
    {
        (_path, _clock, _looked, _written) = (path, clock, clock.GetTimestamp(), File.GetLastWriteTimeUtc(path));
        _certificate = Certificates.Load(path);
    }

    /// <summary>The certificate now. One that took its place is not disposed of: a handshake may still hold it.</summary>
    public X509Certificate2 Now()
    {
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_looked) < LookAgain) return _certificate;
            _looked = _clock.GetTimestamp();
            // Files of the trust folder are moved into place whole; one that is away for a moment leaves us with what we have.
            if (!File.Exists(_path) || File.GetLastWriteTimeUtc(_path) is var written && written == _written) return _certificate;
            (_certificate, _written) = (Certificates.Load(_path), written);
            return _certificate;
        }
    }
}
