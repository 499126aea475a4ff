using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;

namespace FirstRing.Audit.Places;

/// <summary>
/// A bucket of an S3 API whose objects nobody can delete or overwrite before their day, not even its owner (Object Lock, COMPLIANCE). A name can get further versions and a
/// delete marker all the same: what is read is the first that was put.
/// </summary>
internal sealed class LockedBucket : ISegmentPlace, IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly long LookAgain = (long)TimeSpan.FromMinutes(10).TotalMicroseconds;

    readonly BucketTerms _terms;
    readonly Egress _egress;
    readonly TimeProvider _clock;
    readonly Lazy<AmazonS3Client> _s3;
    long _lockedAt;

    public LockedBucket(BucketTerms terms, Egress egress, TimeProvider clock)
    {
        (_terms, _egress, _clock) = (terms, egress, clock);
        _s3 = new Lazy<AmazonS3Client>(() => new AmazonS3Client(new KeysInFile(terms.KeyFile), new AmazonS3Config
        {
            ServiceURL = terms.Endpoint.AbsoluteUri,
            AuthenticationRegion = terms.Region,
            ForcePathStyle = true, // the one host that the agreement names
            MaxErrorRetry = 1,     // whoever calls tries again
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = new OneWayOut(egress),
        }));
    }

    /// <summary>The library's own client, by the same way out.</summary>
    internal IAmazonS3 S3 => _s3.Value;

    string ISegmentPlace.Name => _terms.Place;

    async Task<IReadOnlyList<string>> ISegmentPlace.List(string beginning, CancellationToken stop) =>
        [.. (await Versions(_terms.Prefix + beginning, stop)).Select(version => version.Key[_terms.Prefix.Length..]).Distinct().Order(StringComparer.Ordinal)];

    async Task<byte[]> ISegmentPlace.Read(string name, CancellationToken stop)
    {
        var key = _terms.Prefix + name;
        var first = (await Versions(key, stop)).Last(version => version.Key == key); // the newest of a key comes first
        using var found = await _s3.Value.GetObjectAsync(new GetObjectRequest { BucketName = _terms.Bucket, Key = key, VersionId = first.VersionId }, stop);
        using var content = new MemoryStream();
        await found.ResponseStream.CopyToAsync(content, stop);
        return content.ToArray();
    }

    async Task<bool> ISegmentPlace.Put(Segment segment, CancellationToken stop)
    {
        await CheckLock(stop);
        var (key, until) = (_terms.Prefix + segment.Name, _clock.GetUtcNow().AddDays(_terms.DaysFor(segment.Tenants)));
        if ((await Versions(key, stop)).Any(version => version.Key == key)) return false;
        using var content = new MemoryStream(segment.Content, writable: false);
        PutObjectResponse put;
        try
        {
            put = await _s3.Value.PutObjectAsync(new PutObjectRequest
            {
                BucketName = _terms.Bucket, Key = key, InputStream = content, AutoCloseStream = false, UseChunkEncoding = false, IfNoneMatch = "*", ContentType = "application/x-ndjson",
                ChecksumSHA256 = Convert.ToBase64String(SHA256.HashData(segment.Content)), ObjectLockMode = ObjectLockMode.Compliance, ObjectLockRetainUntilDate = until.UtcDateTime,
            }, stop);
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.PreconditionFailed) { return false; }
        // Some stores take the words of a lock and keep none.
        var kept = await _s3.Value.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _terms.Bucket, Key = key, VersionId = put.VersionId }, stop);
        if (put.VersionId is null || kept.ObjectLockMode != ObjectLockMode.Compliance || kept.ObjectLockRetainUntilDate is not { } held || held.ToUniversalTime() < until.UtcDateTime.AddSeconds(-1))
            throw new NoObjectLockException();
        return true;
    }

    async Task CheckLock(CancellationToken stop)
    {
        if (_lockedAt != 0 && _clock.Microseconds() - _lockedAt < LookAgain) return;
        try
        {
            var found = await _s3.Value.GetObjectLockConfigurationAsync(new GetObjectLockConfigurationRequest { BucketName = _terms.Bucket }, stop);
            if (found.ObjectLockConfiguration?.ObjectLockEnabled != ObjectLockEnabled.Enabled) throw new NoObjectLockException();
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest) { throw new NoObjectLockException(); }
        _lockedAt = _clock.Microseconds();
    }

    async Task<List<S3ObjectVersion>> Versions(string beginning, CancellationToken stop)
    {
        var (found, next) = (new List<S3ObjectVersion>(), new ListVersionsRequest { BucketName = _terms.Bucket, Prefix = beginning });
        while (true)
        {
            var page = await _s3.Value.ListVersionsAsync(next, stop);
            found.AddRange((page.Versions ?? []).Where(version => version.IsDeleteMarker != true));
            if (page.IsTruncated != true) return found;
            (next.KeyMarker, next.VersionIdMarker) = (page.NextKeyMarker, page.NextVersionIdMarker);
        }
    }

    public void Dispose()
    {
        if (_s3.IsValueCreated) _s3.Value.Dispose();
        _egress.Dispose();
    }

    /// <summary>Every request goes through the one way out, as of no clinic.</summary>
    sealed class OneWayOut(Egress egress) : HttpClientFactory
    {
        public override System.Net.Http.HttpClient CreateHttpClient(IClientConfig clientConfig) => egress.Client(Caller.SystemTenant, BucketTerms.DataClass, Patience);
        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
        public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;
    }

    sealed class KeysInFile(string file) : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => File.ReadAllLines(file) is [var id, var secret, ..]
            ? new ImmutableCredentials(id.Trim(), secret.Trim(), null)
            : throw new InvalidDataException("The key file of the audit log's store has two lines.");
    }
}

/// <summary>The bucket keeps nobody from deleting: nothing is put there.</summary>
internal sealed class NoObjectLockException() : Exception("The bucket has no Object Lock.");
