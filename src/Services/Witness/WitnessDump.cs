using System.Text.Json;
using FirstRing.Platform.Storage;

namespace FirstRing.Witness;

/// <summary>Writes out what the witness remembers of logs, for the verifier. JSON, one object a line.</summary>
public static class WitnessDump
{
    public static async Task Write(Store store, Stream output, CancellationToken stop)
    {
        foreach (var note in await store.ReadList<string>("SELECT note FROM witness_logs", null, stop))
        {
            await using (var json = new Utf8JsonWriter(output))
            {
                json.WriteStartObject();
                json.WriteString("witnessed", note);
                json.WriteEndObject();
            }
            output.WriteByte((byte)'\n');
        }
    }
}
