using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using FirstRing.Audit.Places;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace FirstRing.Tests.Audit;

/// <summary>Where segments lie. What is said of both places runs on the folder always, and on Ceph's S3 gateway with <c>--all</c>.</summary>
public sealed class Places
{
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly Lazy<Task<ObjectStore>> Only = new(() => Task.Run(ObjectStore.Start));
    static int _buckets;

    /// <summary>Settings as an operator gives them: a bucket of the object store, or one at a port where nobody is.</summary>
    internal static Dictionary<string, string?> SettingsOf(string endpoint, string keyFile, string? roots = null, string bucket = "segments") => new()
    {
        ["Store:Endpoint"] = endpoint, ["Store:Bucket"] = bucket, ["Store:KeyFile"] = keyFile, ["Store:Longer:ten_long"] = "4000",
        ["Store:Agreement:With"] = "Keepers Ltd", ["Store:Agreement:From"] = "2027-01-01", ["Store:Agreement:Until"] = "2027-06-30",
        ["Egress:PrivateHosts:0"] = "localhost", ["Egress:Roots"] = roots,
    };

    static string WithKeys(TempFolder folder)
    {
        File.WriteAllLines(folder.At("access"), ["id", "secret"]);
        File.SetUnixFileMode(folder.At("access"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return folder.At("access");
    }

    sealed record Opened(ISegmentPlace Place, TestStore Store, LockedBucket? Bucket, string Name) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Bucket?.Dispose();
            await Store.DisposeAsync();
        }
    }

    static async Task<Opened> Folder()
    {
        var store = await TestStore.Open(Dialect.Sqlite);
        return new Opened(new FolderPlace(store.Folder.At("segments")), store, null, "");
    }

    static async Task<Opened> Bucket(bool locked = true)
    {
        var there = await Only.Value;
        var (store, name) = (await TestStore.Open(Dialect.Sqlite), $"segments-{Interlocked.Increment(ref _buckets)}");
        var settings = new ConfigurationBuilder().AddInMemoryCollection(SettingsOf(there.Endpoint, there.KeyFile, there.Roots, name)).Build();
        var terms = BucketTerms.Read(settings)!;
        var bucket = new LockedBucket(terms, new Egress(store.Store, terms.Agreements, EgressOptions.From(settings), NullLogger<Egress>.Instance), store.Clock);
        await bucket.S3.PutBucketAsync(new PutBucketRequest { BucketName = name, ObjectLockEnabledForBucket = locked }, Never);
        return new Opened(bucket, store, bucket, name);
    }

    static Segment Of(string name, string content, params string[] tenants) => new(name, Encoding.UTF8.GetBytes(content), tenants.ToHashSet());

    [Theory, InlineData(false), InlineData(true)]
    public async Task What_was_put_first_is_what_is_read(bool elsewhere)
    {
        Slow.OnlyWithAll(elsewhere);
        await using var opened = elsewhere ? await Bucket() : await Folder();
        var place = opened.Place;
        Assert.Empty(await place.List("", Never));
        Assert.True(await place.Put(Of("0002-0003.jsonl", "two"), Never));
        Assert.True(await place.Put(Of("0001-0002.jsonl", "one"), Never));
        Assert.False(await place.Put(Of("0001-0002.jsonl", "another one"), Never));
        Assert.Equal("one"u8.ToArray(), await place.Read("0001-0002.jsonl", Never));
        Assert.Equal(["0001-0002.jsonl", "0002-0003.jsonl"], await place.List("", Never));
        Assert.Equal(["0002-0003.jsonl"], await place.List("0002-", Never));
    }

    [Theory, InlineData("../0001-0002.jsonl"), InlineData("/tmp/0001-0002.jsonl"), InlineData("a/0001-0002.jsonl")]
    public async Task A_name_that_came_from_elsewhere_leads_out_of_no_folder(string name)
    {
        await using var opened = await Folder();
        await Assert.ThrowsAsync<InvalidDataException>(() => opened.Place.Put(Of(name, "one"), Never));
        await Assert.ThrowsAsync<InvalidDataException>(() => opened.Place.Read(name, Never));
    }

    [Fact]
    public async Task In_the_bucket_nothing_is_deleted_or_shortened_before_its_day_and_what_is_put_over_it_changes_nothing()
    {
        Slow.OnlyWithAll();
        await using var opened = await Bucket();
        var (place, s3, name) = (opened.Place, opened.Bucket!.S3, "0001-0002.jsonl");
        Assert.True(await place.Put(Of(name, "one", "ten_short"), Never));
        Assert.True(await place.Put(Of("0002-0003.jsonl", "two", "ten_short", "ten_long"), Never));
        async Task<GetObjectMetadataResponse> Head(string key) => await s3.GetObjectMetadataAsync(opened.Name, key, Never);
        var kept = await Head(name);
        Assert.Equal(ObjectLockMode.Compliance, kept.ObjectLockMode);
        Assert.True(kept.ObjectLockRetainUntilDate!.Value.ToUniversalTime() >= TestStore.Start.UtcDateTime.AddYears(6));
        Assert.True((await Head("0002-0003.jsonl")).ObjectLockRetainUntilDate!.Value.ToUniversalTime() >= TestStore.Start.UtcDateTime.AddDays(3999), "the longest of its clinics holds");

        async Task Refused(Func<Task> what) => Assert.Contains((await Assert.ThrowsAsync<AmazonS3Exception>(what)).StatusCode, (HttpStatusCode[])[HttpStatusCode.Forbidden, HttpStatusCode.BadRequest]);
        await Refused(() => s3.DeleteObjectAsync(new DeleteObjectRequest { BucketName = opened.Name, Key = name, VersionId = kept.VersionId, BypassGovernanceRetention = true }, Never));
        await Refused(() => s3.PutObjectRetentionAsync(new PutObjectRetentionRequest
        {
            BucketName = opened.Name, Key = name, VersionId = kept.VersionId, BypassGovernanceRetention = true,
            Retention = new ObjectLockRetention { Mode = ObjectLockRetentionMode.Compliance, RetainUntilDate = TestStore.Start.UtcDateTime.AddDays(1) },
        }, Never));

        // With the store's keys one can put over it, and mark it as deleted.
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = opened.Name, Key = name, ContentBody = "something else", UseChunkEncoding = false }, Never);
        Assert.Equal("one"u8.ToArray(), await place.Read(name, Never));
        await s3.DeleteObjectAsync(opened.Name, name, Never);
        await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => Head(name));
        Assert.Equal("one"u8.ToArray(), await place.Read(name, Never));
        Assert.False(await place.Put(Of(name, "something else"), Never));
        Assert.Equal([name, "0002-0003.jsonl"], await place.List("", Never));
    }

    [Fact]
    public async Task A_bucket_without_a_lock_takes_nothing()
    {
        Slow.OnlyWithAll();
        await using var opened = await Bucket(locked: false);
        await Assert.ThrowsAsync<NoObjectLockException>(() => opened.Place.Put(Of("0001-0002.jsonl", "one"), Never));
        Assert.Empty(await opened.Place.List("", Never));
    }

    static async Task<(Ledger Ledger, Opened Bucket)> Carried()
    {
        var (bucket, there) = (await Bucket(), await Only.Value);
        return (await Ledger.Open(Dialect.Sqlite, settings: SettingsOf(there.Endpoint, there.KeyFile, there.Roots, bucket.Name)), bucket);
    }

    static async Task<bool> Due(Ledger ledger)
    {
        await ledger.Round();
        ledger.Log.Clock.Advance(TimeSpan.FromSeconds(60));
        await ledger.Round();
        return await ledger.Part<Carrying>().Round(Never);
    }

    [Fact]
    public async Task A_store_that_was_away_gets_all_of_it_and_what_comes_down_verifies()
    {
        Slow.OnlyWithAll();
        var (ledger, bucket) = await Carried();
        await using var _ = ledger;
        await using var __ = bucket;
        await ledger.Fill(60);
        Assert.True(await Due(ledger));
        var there = await Only.Value;
        await there.Halt();
        await ledger.Fill(60);
        Assert.False(await Due(ledger));
        await ledger.Fill(60);
        Assert.False(await Due(ledger));
        Assert.Equal(180, (await ledger.Head()).Size);
        Assert.Equal(3, Directory.GetFiles(ledger.Segments, "*.jsonl").Length);
        await there.GoOn();
        Assert.True(await ledger.Part<Carrying>().Round(Never));

        var down = ledger.Log.Folder.At("down");
        Assert.Equal(2, await CopyDown.Copy(bucket.Place, new FolderPlace(down), Never));
        var verification = new FirstRing.Verify.Verification(null);
        new FirstRing.Verify.SegmentReader(verification).Read(down);
        verification.Finish();
        Assert.Empty(verification.Findings);
        Assert.Equal(180, verification.Verified);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_holds_up_nothing()
    {
        using var folder = new TempFolder();
        await using var ledger = await Ledger.Open(Dialect.Sqlite, settings: SettingsOf("https://localhost:1/", WithKeys(folder)));
        await ledger.Fill(30);
        Assert.False(await Due(ledger));
        Assert.Single(Directory.GetFiles(ledger.Segments, "*.jsonl"));
        Assert.Equal(30, (await ledger.Head()).Size);
        Assert.Equal(0, await ledger.Log.Store.ReadOne<long>("SELECT COUNT(*) FROM log_carried", null, Never));
    }

    [Theory]
    [InlineData(0, "https://localhost:1/", null)]
    [InlineData(200, "https://localhost:1/", "egress-agreement-expired")]
    public async Task Without_an_agreement_that_holds_today_nothing_is_carried(int days, string endpoint, string? refusal)
    {
        using var folder = new TempFolder();
        await using var ledger = await Ledger.Open(Dialect.Sqlite, settings: SettingsOf(endpoint, WithKeys(folder)));
        ledger.Log.Clock.AdjustTime(ledger.Log.Clock.GetUtcNow().AddDays(days));
        await ledger.Fill(30);
        Assert.False(await Due(ledger));
        Assert.Equal(refusal, await ledger.Log.Store.ReadOne<string>("SELECT outcome FROM audit_outbox WHERE action = 'egress' LIMIT 1", null, Never));
    }

    [Fact]
    public async Task What_somebody_else_put_under_a_segments_name_is_not_taken_for_it()
    {
        await using var ledger = await Ledger.Open(Dialect.Sqlite);
        await ledger.Fill(30);
        Directory.CreateDirectory(ledger.Segments);
        await File.WriteAllTextAsync(Path.Combine(ledger.Segments, "000000000000-000000000030.jsonl"), string.Concat(Enumerable.Repeat("{}\n", 31)));
        ledger.Log.Clock.Advance(TimeSpan.FromSeconds(60));
        await ledger.Round();
        Assert.Equal(0, await ledger.Log.Store.ReadOne<long>("SELECT COUNT(*) FROM log_segments", null, Never));
        File.Delete(Path.Combine(ledger.Segments, "000000000000-000000000030.jsonl"));
        await ledger.Round();
        Assert.Equal(30, await ledger.Log.Store.ReadOne<long>("SELECT MAX(next) FROM log_segments", null, Never));
    }

    [Theory]
    [InlineData("Store:Days", "2191")]
    [InlineData("Store:Longer:ten_1", "365")]
    [InlineData("Store:Endpoint", "http://localhost/")]
    [InlineData("Store:Endpoint", "https://127.0.0.1/")]
    [InlineData("Store:Bucket", "")]
    [InlineData("Store:Agreement:Until", "some day")]
    [InlineData("Store:KeyFile", "/no/such/file")]
    public void Terms_that_cannot_be_refuse_the_start(string name, string value)
    {
        using var folder = new TempFolder();
        var settings = SettingsOf("https://localhost/", WithKeys(folder));
        IConfiguration Read() => new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        Assert.Equal(2222, BucketTerms.Read(Read())!.Days);
        settings[name] = value;
        Assert.Throws<InvalidOperationException>(() => BucketTerms.Read(Read()));
    }

    [Fact]
    public void Keys_that_others_can_read_refuse_the_start()
    {
        using var folder = new TempFolder();
        var settings = new ConfigurationBuilder().AddInMemoryCollection(SettingsOf("https://localhost/", WithKeys(folder))).Build();
        File.SetUnixFileMode(folder.At("access"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Throws<InvalidOperationException>(() => BucketTerms.Read(settings));
    }
}
