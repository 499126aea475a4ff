using System.Text.Json.Serialization;
using FirstRing.Web.Clinician;
using FirstRing.Web.Demo;
using FirstRing.Web.Operator;
using FirstRing.Web.Patient;

namespace FirstRing.Web;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EnteredVisit))]
[JsonSerializable(typeof(GivenBirthDate))]
[JsonSerializable(typeof(IReadOnlyList<VisitPresence>))]
[JsonSerializable(typeof(MadeLink))]
[JsonSerializable(typeof(VisitConsent))]
[JsonSerializable(typeof(DemoVisit))]
[JsonSerializable(typeof(NewClinic))]
[JsonSerializable(typeof(OpenedClinic))]
internal sealed partial class WebJson : JsonSerializerContext;
