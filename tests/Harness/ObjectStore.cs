using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Harness;

/// <summary>
/// Ceph's S3 gateway on loopback as <c>localhost</c>, by TLS, over one monitor and one storage daemon that keeps all in memory. A shell holds them: when this process ends,
/// however it ends, its standard input closes and it ends what it started and deletes the folder.
/// </summary>
public sealed class ObjectStore : IAsyncDisposable
{
    readonly TempFolder _folder = new();
    readonly int _port = LocalPort.Free();
    Process? _held;

    public string Endpoint => $"https://localhost:{_port}/";
    public string Roots => _folder.At("roots.pem");

    /// <summary>Two lines, mode 600: the access key and its secret.</summary>
    public string KeyFile => _folder.At("access");

    /// <exception cref="InvalidOperationException">Ceph is not installed, or does not start: a failure, never a skip.</exception>
    public static async Task<ObjectStore> Start()
    {
        var store = new ObjectStore();
        LocalAuthority.Write(store._folder);
        var (id, secret) = (Convert.ToHexString(RandomNumberGenerator.GetBytes(10)), Convert.ToHexString(RandomNumberGenerator.GetBytes(20)));
        await File.WriteAllLinesAsync(store.KeyFile, [id, secret]);
        File.SetUnixFileMode(store.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(store._folder.At("ceph.conf"), store.Configuration());
        store._held = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", Script, store._folder.Path, id, secret])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        })!;
        await store.Answers();
        return store;
    }

    /// <summary>Takes the gateway away, as by <c>kill -9</c>; what lies in the store stays.</summary>
    public async Task Halt()
    {
        await File.WriteAllTextAsync(_folder.At("down"), "");
        SystemCommand.Run("kill", "-9", (await File.ReadAllTextAsync(_folder.At("rgw.pid"))).Trim());
    }

    public Task GoOn()
    {
        File.Delete(_folder.At("down"));
        return Answers();
    }

    Task Answers() => Eventually.True("the object store answers", async () =>
    {
        if (_held!.HasExited) throw new InvalidOperationException($"Ceph ended with {_held.ExitCode}: {await _held.StandardError.ReadToEndAsync()}");
        return await LocalPort.Answers(_port);
    }, limit: TimeSpan.FromMinutes(4));

    string Configuration() =>
        $"""
         [global]
         fsid = {Guid.CreateVersion7()}
         mon host = v2:127.0.0.1:{LocalPort.Free()}
         public addr = 127.0.0.1
         cluster addr = 127.0.0.1
         auth cluster required = none
         auth service required = none
         auth client required = none
         ms mon client mode = crc
         osd pool default size = 1
         osd pool default min size = 1
         osd pool default pg num = 4
         osd pool default pg autoscale mode = off
         osd crush chooseleaf type = 0
         osd crush update on start = false
         osd class update on start = false
         osd objectstore = memstore
         memstore device bytes = 268435456
         mon allow pool size one = true
         mon max pg per osd = 1000
         mon data = {_folder.At("mon")}
         osd data = {_folder.At("osd")}
         run dir = {_folder.Path}
         admin socket = {_folder.Path}/$name.asok
         log file = {_folder.Path}/$name.log
         crash dir = {_folder.Path}
         rgw frontends = beast ssl_endpoint=127.0.0.1:{_port} ssl_certificate={_folder.At("server.pem")} ssl_private_key={_folder.At("server.key")}
         rgw enable apis = s3
         rgw enable usage log = false
         rgw thread pool size = 16

         """;

    const string Script =
        """
        trap '' INT TERM HUP
        exec 3<&0 </dev/null
        d=$0; export CEPH_CONF=$d/ceph.conf
        (
          set -e
          mkdir "$d/mon" "$d/osd"
          fsid=$(sed -n 's/^fsid = //p' "$CEPH_CONF"); mon=$(sed -n 's/^mon host = //p' "$CEPH_CONF")
          monmaptool --create --clobber --fsid "$fsid" --addv a "[$mon]" "$d/monmap"
          ceph-authtool --create-keyring "$d/keyring" --gen-key -n mon.
          ceph-mon --mkfs -i a --monmap "$d/monmap" --keyring "$d/keyring"
          ceph-mon -i a -f & echo $! >"$d/mon.pid"
          osd=$(cat /proc/sys/kernel/random/uuid)
          ceph osd new "$osd"
          ceph-osd -i 0 --mkfs --osd-uuid "$osd"
          ceph osd crush add osd.0 1 root=default
          ceph-osd -i 0 -f & echo $! >"$d/osd.pid"
          radosgw-admin user create --uid=firstring --display-name=firstring --access-key="$1" --secret="$2"
        ) >"$d/start" 2>&1
        failed=$?
        if [ $failed -eq 0 ]; then
          while [ -d "$d" ] && [ ! -e "$d/over" ]; do
            [ -e "$d/down" ] || { radosgw -n client.rgw -f & echo $! >"$d/rgw.pid"; wait $!; }
            sleep 0.2
          done >/dev/null 2>&1 &
          cat <&3 >/dev/null
        fi
        [ $failed -eq 0 ] || tail -n 20 "$d/start" >&2
        touch "$d/over"
        for one in rgw osd mon; do [ -f "$d/$one.pid" ] && kill -9 "$(cat "$d/$one.pid")" 2>/dev/null; done
        wait
        rm -rf "$d"
        exit $failed
        """;

    public async ValueTask DisposeAsync()
    {
        _held?.StandardInput.Close();
        if (_held is { } held) await held.WaitForExitAsync();
        _held?.Dispose();
        _folder.Dispose();
    }
}
