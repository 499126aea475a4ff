using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FirstRing.Supply;

/// <summary>
/// The bill of materials as CycloneDX 1.6 JSON (ECMA-424). The same lock files give the same bytes: no time, no order of a dictionary, and a serial number
/// that is made of the content.
/// </summary>
public static class CycloneDx
{
    static readonly JsonWriterOptions Written = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>UTF-8 JSON of the shipped packages among <paramref name="packages"/>; one component per package whatever number of lock files name it.</summary>
    public static byte[] Write(IEnumerable<Package> packages, Func<Package, string?> licenceOf)
    {
        var components = packages.Where(package => package.Shipped).GroupBy(package => package.Key).OrderBy(group => group.First().Purl, StringComparer.Ordinal)
            .Select(group => (Package: group.First(), Needs: group.SelectMany(package => package.Needs).Distinct().ToList())).ToList();
        var body = Body(components, licenceOf, null);
        return Body(components, licenceOf, SerialNumber(body));
    }

    static byte[] Body(List<(Package Package, List<string> Needs)> components, Func<Package, string?> licenceOf, string? serialNumber)
    {
        var purls = components.ToDictionary(component => component.Package.Key, component => component.Package.Purl);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Written))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
            json.WriteString("bomFormat", "CycloneDX");
            json.WriteString("specVersion", "1.6");
            if (serialNumber is not null) json.WriteString("serialNumber", serialNumber);
            json.WriteNumber("version", 1);
            WriteProduct(json);
            json.WriteStartArray("components");
            foreach (var (package, _) in components) WriteComponent(json, package, licenceOf(package));
            json.WriteEndArray();
            json.WriteStartArray("dependencies");
            foreach (var (package, needs) in components)
            {
                json.WriteStartObject();
                json.WriteString("ref", package.Purl);
                json.WriteStartArray("dependsOn");
                foreach (var purl in needs.Where(purls.ContainsKey).Select(key => purls[key]).Order(StringComparer.Ordinal)) json.WriteStringValue(purl);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return [.. buffer.ToArray(), (byte)'\n'];
    }

    static void WriteProduct(Utf8JsonWriter json)
    {
        json.WriteStartObject("metadata");
        json.WriteStartObject("component");
        json.WriteString("type", "application");
        json.WriteString("bom-ref", "firstring");
        json.WriteString("name", "FirstRing");
        WriteLicence(json, "Apache-2.0");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteComponent(Utf8JsonWriter json, Package package, string? licence)
    {
        var slash = package.Ecosystem == Ecosystem.Npm ? package.Name.LastIndexOf('/') : -1;
        json.WriteStartObject();
        json.WriteString("type", "library");
        json.WriteString("bom-ref", package.Purl);
        if (slash > 0) json.WriteString("group", package.Name[..slash]);
        json.WriteString("name", package.Name[(slash + 1)..]);
        json.WriteString("version", package.Version);
        json.WriteString("scope", package.Optional ? "optional" : "required");
        if (package.Sha512 is not null)
        {
            json.WriteStartArray("hashes");
            json.WriteStartObject();
            json.WriteString("alg", "SHA-512");
            json.WriteString("content", package.Sha512);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        if (licence is not null) WriteLicence(json, licence);
        json.WriteString("purl", package.Purl);
        json.WriteEndObject();
    }

    static void WriteLicence(Utf8JsonWriter json, string licence)
    {
        json.WriteStartArray("licenses");
        json.WriteStartObject();
        if (licence.Contains(' ', StringComparison.Ordinal)) json.WriteString("expression", licence);
        else
        {
            json.WriteStartObject("license");
            json.WriteString("id", licence);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndArray();
    }

    // A UUID of the content's hash (RFC 9562 §5.8).
    static string SerialNumber(ReadOnlySpan<byte> content)
    {
        var bytes = SHA256.HashData(content)[..16];
        bytes[6] = (byte)(bytes[6] & 0x0f | 0x80);
        bytes[8] = (byte)(bytes[8] & 0x3f | 0x80);
        return $"urn:uuid:{new Guid(bytes, bigEndian: true)}";
    }
}
