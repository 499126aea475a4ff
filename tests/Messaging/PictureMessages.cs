using FirstRing.Contracts;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Uploads;
using FirstRing.Tests.Harness;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Tests.Messaging;

/// <summary>Pictures in a visit's thread: taken whole or not at all, seen by whom the thread is shown to, sealed, and never a page.</summary>
public sealed class PictureMessages
{
    const string Canary = "Quillfeather's left arm";

    [Theory, BothDialects]
    public async Task A_picture_that_one_sends_the_other_sees_and_it_comes_under_headers_that_make_no_page_of_it(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        await room.Post(room.PatientPass, "look");
        var file = await room.Photo(room.PatientPass, "Boští \"1\".jpg", PlantedFiles.PhotoThatTells(Canary));

        Assert.Equal([file], await room.Files(room.ClinicianPass));
        Assert.Equal(["look", ""], (await room.Read(room.ClinicianPass)).Texts);
        foreach (var pass in (string[])[room.ClinicianPass, room.PatientPass])
        {
            using var answer = await room.Fetch(pass, file);
            var content = await answer.Content.ReadAsByteArrayAsync();
            Assert.Equal((200, FileKind.Jpeg, false), ((int)answer.StatusCode, FileKinds.Of(content), PlantedFiles.Holds(content, Canary)));
            Assert.Equal("image/jpeg", answer.Content.Headers.ContentType!.ToString());
            Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
            Assert.Equal("Boští \"1\".jpg", answer.Content.Headers.ContentDisposition.FileNameStar);
            Assert.Equal("nosniff", Header("X-Content-Type-Options"));
            Assert.Equal("no-store", Header("Cache-Control"));
            Assert.StartsWith("sandbox; default-src 'none'", Header("Content-Security-Policy"), StringComparison.Ordinal);

            string Header(string name) => string.Join(',', answer.Headers.GetValues(name));
        }
        Assert.Equal(2, (await room.Store.Waiting()).Count);
    }

    [Theory, BothDialects]
    public async Task The_same_attempt_is_one_picture_however_often_it_is_sent(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var (attempt, photo) = (NewId.Random(), PlantedFiles.Photo());

        var first = await room.Attach(room.PatientPass, photo, attempt: attempt);
        var again = await room.Attach(room.PatientPass, photo, attempt: attempt);

        Assert.Equal(200, first.Status);
        Assert.Equal(first, again);
        Assert.Single(await room.Files(room.PatientPass));
        Assert.Single(room.Blobs);
        Assert.Single(await room.Store.Waiting());
        Assert.Equal("idempotency-mismatch", (await room.Attach(room.PatientPass, PlantedFiles.Photo(width: 80), attempt: attempt)).Code);
        Assert.Single(room.Blobs);
    }

    [Theory, BothDialects]
    public async Task Each_look_at_a_picture_leaves_a_row_that_says_who(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var file = await room.Photo(room.PatientPass);
        await room.Status(room.ClinicianPass, file);
        await room.Status(room.ClinicianPass, file);
        await room.Status(room.ClinicianPass, FileId.New().ToString());

        Assert.Equal([("patient", "post-file", file, "ok"), ("clinician", "read-file", file, "ok"), ("clinician", "read-file", file, "ok")],
            (await room.Store.Audited()).Where(row => row.Action.EndsWith("-file", StringComparison.Ordinal)).Select(row => (row.Role, row.Action, row.Subject, row.Outcome)));
    }

    [Theory, BothDialects]
    public async Task Only_its_own_visit_sees_it_and_of_that_whom_the_thread_is_shown_to(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var file = await room.Photo(room.ClinicianPass);
        var waiting = room.Pass(new ParticipantId(NewId.Random()), "family");
        var own = await room.Photo(waiting);

        Assert.Equal(200, await room.Status(room.PatientPass, file));
        Assert.Equal(404, await room.Status(room.Pass(room.Clinician, "clinician", new VisitId(NewId.Random())), file));
        Assert.Equal(404, await room.Status(room.Pass(room.Patient, "patient", identified: false), file));
        Assert.Equal((404, 200), (await room.Status(waiting, file), await room.Status(waiting, own)));
        Assert.Equal((401, 401), (await room.Status(null, file), (await room.Attach(null, PlantedFiles.Photo())).Status));
        foreach (var path in (string[])["x", $"{file}x", "..%2F..%2Fstore.db", file.ToUpperInvariant(), $"..%2f{file}"]) Assert.Equal(404, await room.Status(room.PatientPass, path));
    }

    [Theory, BothDialects]
    public async Task To_another_clinic_it_does_not_exist(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var file = await room.Photo(room.PatientPass);
        Assert.True(FileId.TryParse(file, out var id));
        var uploads = room.Uploads;

        foreach (var (tenant, there) in ((string, bool)[])[(room.Tenant.ToString(), true), (new TenantId(NewId.Random()).ToString(), false)])
            Assert.Equal(there, await uploads.Open(new FirstRing.Platform.Http.Caller("messaging", tenant, "par_x", "clinician"), room.Visit.ToString(), null, id, default) is not null);
    }

    [Theory, BothDialects]
    public async Task Neither_picture_nor_name_lies_in_clear_and_no_row_opens_without_the_clinics_key(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var photo = PlantedFiles.Photo(width: 300, height: 200);
        var file = await room.Photo(room.PatientPass, $"{Canary}.jpg", photo);
        using var answer = await room.Fetch(room.PatientPass, file);
        var content = await answer.Content.ReadAsByteArrayAsync();

        Assert.False(await room.Store.Holds(Canary));
        Assert.True(await room.Store.Holds(file));
        var blob = Assert.Single(room.Blobs);
        var sealedBytes = await File.ReadAllBytesAsync(blob);
        Assert.Equal(file, Path.GetFileName(blob));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(blob));
        Assert.True(sealedBytes.AsSpan().IndexOf(content.AsSpan(content.Length / 2, 32)) < 0);
        Assert.True(sealedBytes.AsSpan().IndexOf("JFIF"u8) < 0);

        sealedBytes[^20] ^= 1;
        await File.WriteAllBytesAsync(blob, sealedBytes);
        Assert.Equal(500, await room.Status(room.PatientPass, file)); // altered: nothing of it is shown
    }

    [Fact]
    public async Task What_is_no_picture_leaves_nothing()
    {
        await using var room = await Room.Open(Dialect.Sqlite);
        foreach (var (file, name, status, code) in ((byte[], string, int, string)[])
            [
                (PlantedFiles.Script, "photo.jpg", 422, "file-drawing"), (PlantedFiles.WithArchive([], "x"), "photo.png", 422, "file-archive"), (PlantedFiles.Eicar, "photo.jpg", 422, "file-not-a-picture"),
                (PlantedFiles.PngThatClaims(60_000, 60_000), "photo.png", 422, "picture-too-large"), (PlantedFiles.Photo()[..200], "photo.jpg", 422, "picture-broken"), ([], "photo.jpg", 422, "file-empty"),
            ])
            Assert.Equal((status, code), await room.Attach(room.PatientPass, file, name) is var answer ? (answer.Status, answer.Code) : default);
        Assert.Empty(room.Blobs);
        Assert.Empty(await room.Files(room.PatientPass));
        Assert.Equal(200, (await room.Attach(room.PatientPass, PlantedFiles.Photo(), "photo.svg")).Status); // by what it is, not by its name
    }

    [Fact]
    public async Task A_file_has_at_most_10_MiB_and_one_that_breaks_off_leaves_nothing()
    {
        await using var room = await Room.Open(Dialect.Sqlite);
        var large = new byte[Uploads.Largest + 1];
        Assert.Equal((413, "file-too-large"), await room.Attach(room.PatientPass, large) is var answer ? (answer.Status, answer.Code) : default);

        // Told nothing of its length beforehand, and broken off in the middle.
        Assert.Equal("file-too-large", (await Take(new Body(large))).Why!.Code);
        await Assert.ThrowsAsync<IOException>(() => Take(new Body(PlantedFiles.Photo()[..300], breaksOff: true)));
        Assert.Empty(room.Blobs);
        Assert.NotNull((await Take(new Body(PlantedFiles.Photo()))).File);

        Task<Taken> Take(Stream body)
        {
            var http = new DefaultHttpContext();
            http.Request.Body = body;
            return room.Uploads.Take(http, room.Tenant.ToString(), "par_1", default);
        }
    }

    [Fact]
    public async Task One_at_a_time_for_each_sender_and_eight_for_all()
    {
        await using var room = await Room.Open(Dialect.Sqlite);
        var bodies = Enumerable.Range(0, Uploads.MostAtOnce).Select(_ => new Body(PlantedFiles.Photo(), waits: true)).ToList();
        var taking = bodies.Select((body, i) => Take(body, $"par_{i}")).ToList();

        Assert.Equal("file-on-its-way", (await Take(new Body([]), "par_3")).Why!.Code);
        Assert.Equal("busy", (await Take(new Body([]), "par_9")).Why!.Code);
        bodies.ForEach(body => body.Go());
        Assert.All(await Task.WhenAll(taking), taken => Assert.NotNull(taken.File));
        Assert.NotNull((await Take(new Body(PlantedFiles.Photo()), "par_3")).File);

        Task<Taken> Take(Body body, string sender)
        {
            var http = new DefaultHttpContext();
            http.Request.Body = body;
            return room.Uploads.Take(http, room.Tenant.ToString(), sender, default);
        }
    }

    [Theory, BothDialects]
    public async Task Twelve_in_ten_minutes_from_one_and_sixty_in_a_visit(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        for (var i = 0; i < 12; i++) await room.Photo(room.PatientPass);
        Assert.Equal((429, "too-many"), await room.Attach(room.PatientPass, PlantedFiles.Photo()) is var answer ? (answer.Status, answer.Code) : default);
        Assert.Equal(12, room.Blobs.Count);
        await room.Photo(room.ClinicianPass);
        room.Store.Clock.Advance(TimeSpan.FromMinutes(10));
        await room.Photo(room.PatientPass);

        await room.Store.Store.Commit(FirstRing.Platform.Http.Caller.System("test"), transaction => transaction.Execute(
            """
            INSERT INTO files (id, tenant, owner, author, role, note, kind, size, width, height, name, secret, state, tries, due_at, at)
            SELECT files.id || more.at, tenant, owner, 'par_x', role, note, kind, size, width, height, name, secret, state, tries, due_at, files.at FROM files CROSS JOIN (SELECT 'a' AS at UNION SELECT 'b' UNION SELECT 'c' UNION SELECT 'd') more
            """), default);
        Assert.Equal((422, "too-many-files"), await room.Attach(room.ClinicianPass, PlantedFiles.Photo()) is var full ? (full.Status, full.Code) : default);
    }

    [Theory, BothDialects]
    public async Task What_no_row_speaks_of_is_swept_after_an_hour_and_nothing_else(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var file = await room.Photo(room.PatientPass);
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(PlantedFiles.Photo());
        Assert.NotNull((await room.Uploads.Take(http, room.Tenant.ToString(), "par_1", default)).File); // and then the process died
        Assert.Equal(2, room.Blobs.Count);

        Assert.Equal(0, await room.Checks.Sweep(default));
        room.Store.Clock.AdjustTime(room.Store.Clock.GetUtcNow() + FileChecks.Kept + TimeSpan.FromMinutes(1));
        Assert.Equal(1, await room.Checks.Sweep(default));
        Assert.Equal(file, Path.GetFileName(Assert.Single(room.Blobs)));
        Assert.Equal(0, await room.Checks.Sweep(default));
    }

    /// <summary>A request's body as it comes over a line.</summary>
    sealed class Body(byte[] content, bool breaksOff = false, bool waits = false) : Stream
    {
        readonly MemoryStream _content = new(content);
        readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Go() => _go.TrySetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (waits) await _go.Task.WaitAsync(cancellationToken);
            var length = await _content.ReadAsync(buffer[..Math.Min(buffer.Length, 5_000)], cancellationToken);
            return length > 0 || !breaksOff ? length : throw new IOException("The other side is gone.");
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
