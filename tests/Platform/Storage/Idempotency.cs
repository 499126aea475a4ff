using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Storage;

public sealed class Idempotency
{
    static readonly CancellationToken Never = CancellationToken.None;

    [Theory, BothDialects]
    public async Task A_repeat_gets_the_first_answer(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        Assert.Equal("first", await Book(test.Store, "k1", "same", "first"));
        await test.Reopen();
        Assert.Equal("first", await Book(test.Store, "k1", "same", "second"));
        Assert.Equal(1, await test.Store.Count("sample"));
    }

    [Theory, BothDialects]
    public async Task Another_request_under_the_same_key_is_a_mismatch(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Book(test.Store, "k1", "one", "first");
        Assert.Equal("mismatch", await Book(test.Store, "k1", "two", "second"));
    }

    [Theory, BothDialects]
    public async Task Keys_of_different_scopes_do_not_meet(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Book(test.Store, "k1", "same", "first");
        Assert.Equal((null, false), await test.Store.Commit(Sample.Clinic, transaction => transaction.Recall("other", "k1", "same"), Never));
    }

    [Theory, BothDialects]
    public async Task A_double_click_books_once_and_both_get_the_same_answer(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(() => Book(test.Store, "k1", "same", $"answer{number}"))));
        Assert.Single(answers.Distinct());
        Assert.Equal(1, await test.Store.Count("sample"));
    }

    [Theory, BothDialects]
    public async Task Neither_key_nor_request_lies_in_the_store_in_clear(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Book(test.Store, "key-of-the-form", "1984-02-29", "first");
        var row = await test.Store.ReadOne<string>("SELECT scope || key_hash || request_hash || response FROM idempotency", null, Never);
        Assert.DoesNotContain("key-of-the-form", row);
        Assert.DoesNotContain("1984", row);
    }

    static Task<string> Book(Store store, string key, string request, string answer) => store.Commit(Sample.Clinic, async transaction =>
    {
        var (earlier, mismatch) = await transaction.Recall("book", key, request);
        if (mismatch) return "mismatch";
        if (earlier is not null) return earlier;
        await transaction.Insert(answer);
        await transaction.Remember("book", key, request, answer);
        return answer;
    }, Never);
}
