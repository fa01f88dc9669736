using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace CourseNotes;

/// <summary>Runs lines of C# and keeps each with its result.</summary>
/// <remarks>
/// The compiler hands over the source text of the arguments (<see cref="CallerArgumentExpressionAttribute"/>), so the line
/// that is shown is the line that ran: <c>Let(out var ids, F(tokens))</c> is shown as <c>var ids = F(tokens);</c>.
/// </remarks>
public sealed class Notebook : IDisposable
{
    private readonly List<Cell> cells = [];
    private readonly Stack<IDisposable> resources = [];
    private List<CodeLine> lines = [];

    /// <summary>The cells so far.</summary>
    public IReadOnlyList<Cell> Cells => cells;

    /// <summary>Begins a cell, to which the lines that follow belong.</summary>
    public void Cell(string title, string remark)
    {
        lines = [];
        cells.Add(new Cell(title, remark, lines));
    }

    /// <summary>Sets a variable.</summary>
    public void Let<T>(
        out T variable,
        T value,
        [CallerArgumentExpression(nameof(variable))] string name = "",
        [CallerArgumentExpression(nameof(value))] string code = "")
    {
        variable = value;
        lines.Add(new CodeLine($"{name} = {code};", Output: null));
    }

    /// <summary>Sets a variable to something that is disposed of at the end of the notebook.</summary>
    public void Using<T>(
        out T variable,
        T value,
        [CallerArgumentExpression(nameof(variable))] string name = "",
        [CallerArgumentExpression(nameof(value))] string code = "")
        where T : IDisposable
    {
        resources.Push(value);
        Let(out variable, value, $"using {name}", code);
    }

    /// <summary>Sets a variable and shows its value.</summary>
    public void Show<T>(
        out T variable,
        T value,
        [CallerArgumentExpression(nameof(variable))] string name = "",
        [CallerArgumentExpression(nameof(value))] string code = "")
    {
        variable = value;
        lines.Add(new CodeLine($"{name} = {code};", Format.Of(value)));
    }

    /// <summary>Shows a value, beside which <paramref name="notes"/> are the logits that the notes print.</summary>
    public void Show<T>(T value, float[][]? notes = null, [CallerArgumentExpression(nameof(value))] string code = "") =>
        lines.Add(new CodeLine(code, Format.Of(value), value is Tensor<float> logits ? Format.Rows(logits) : null, notes));

    /// <summary>Shows ids or their mask.</summary>
    public void Show(in ReadOnlyTensorSpan<long> value, [CallerArgumentExpression(nameof(value))] string code = "") =>
        lines.Add(new CodeLine(code, Format.Of(value)));

    /// <summary>Shows how the library refuses what is wrong.</summary>
    public void Refused(Func<object> call, [CallerArgumentExpression(nameof(call))] string code = "")
    {
        string output;
        try
        {
            call();
            output = "This model took it.";
        }
        catch (ArgumentException exception)
        {
            output = $"{nameof(ArgumentException)}: {exception.Message}";
        }

        lines.Add(new CodeLine(code["() => ".Length..], output));
    }

    /// <summary>Disposes of what the cells used.</summary>
    public void Dispose()
    {
        while (resources.TryPop(out IDisposable? resource))
        {
            resource.Dispose();
        }
    }
}
