using System.Buffers.Binary;
using System.Security.Cryptography;
using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Records.CheckBirthDate;

namespace FirstRing.Records.Patients;

/// <summary>The bridge by which identity proves a second device: says whether a date is the patient's, never which date would be.</summary>
internal static class CheckBirthDate
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<BirthDateChecked>>("check-birth-date", Access.By("identity").For(Who.Patient), Handle);

    static Task<Answer<BirthDateChecked>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is not { } acting
            ? Task.FromResult<Answer<BirthDateChecked>>(Refusals.NoSuchPatient)
            : services.GetRequiredService<PatientStore>().Commit<Answer<BirthDateChecked>>(acting, async transaction =>
            {
                if (await PatientStore.Read(transaction, request.Tenant, request.Patient, "check-birth-date") is not { } content) return Refusals.NoSuchPatient;
                var matches = Same(content.BirthDate.Reveal, request.BirthDate.Reveal);
                transaction.Audit("answer-birth-date", request.Patient.ToString(), matches ? "matches" : "differs", patient: request.Patient.ToString());
                return new BirthDateChecked(matches);
            }, stop);

    public static bool Same(DateOnly one, DateOnly other)
    {
        Span<byte> left = stackalloc byte[4], right = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(left, one.DayNumber);
        BinaryPrimitives.WriteInt32BigEndian(right, other.DayNumber);
        return CryptographicOperations.FixedTimeEquals(left, right);
    }
}
