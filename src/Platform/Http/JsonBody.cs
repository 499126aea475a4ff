using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FirstRing.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Platform.Http;

/// <summary>Reads a JSON body at a public door, never more of it than the door takes.</summary>
public static class JsonBody
{
    /// <summary>The value, or the problem to answer with. <paramref name="limit"/> is in bytes, whatever length the request claims.</summary>
    public static async Task<(T? Value, Problem? Problem)> Read<T>(HttpRequest request, JsonTypeInfo<T> type, int limit, CancellationToken stop) where T : class
    {
        if (request.ContentLength > limit) return (null, Problem.TooLarge);
        var buffer = new byte[limit + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop);
        if (length > limit) return (null, Problem.TooLarge);
        try
        {
            return JsonSerializer.Deserialize(buffer.AsSpan(0, length), type) is { } value ? (value, null) : (null, Problem.BadJson);
        }
        catch (JsonException)
        {
            return (null, Problem.BadJson);
        }
    }
}
