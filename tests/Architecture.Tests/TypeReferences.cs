using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Batching.Architecture.Tests;

/// <summary>The types that a type uses: in signatures, in code, as a base, as an attribute.</summary>
internal static class TypeReferences
{
    /// <summary>The outermost types of the same assembly that the type, and those nested in it, use; itself among them.</summary>
    public static HashSet<TypeDefinition> Within(TypeDefinition type)
    {
        var found = new HashSet<TypeDefinition>();
        foreach (TypeDefinition part in WithNested(type))
        {
            foreach (TypeReference? used in Of(part))
            {
                Add(used, type.Module, found);
            }
        }

        return found;
    }

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);

    private static IEnumerable<TypeReference?> Of(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(static implemented => implemented.InterfaceType),
        .. type.GenericParameters.SelectMany(Constraints),
        .. Attributes(type),
        .. type.Fields.Select(static field => field.FieldType),
        .. type.Properties.Select(static property => property.PropertyType),
        .. type.Methods.SelectMany(Of),
    ];

    private static IEnumerable<TypeReference?> Of(MethodDefinition method)
    {
        IEnumerable<TypeReference?> signature =
        [
            method.ReturnType,
            .. method.Parameters.Select(static parameter => parameter.ParameterType),
            .. method.GenericParameters.SelectMany(Constraints),
            .. Attributes(method),
        ];
        return method.HasBody
            ? [.. signature, .. method.Body.Variables.Select(static variable => variable.VariableType), .. method.Body.Instructions.SelectMany(Of)]
            : signature;
    }

    private static IEnumerable<TypeReference?> Of(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod method => [method.DeclaringType, method.ReturnType, .. method.GenericArguments],
        MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(static parameter => parameter.ParameterType)],
        _ => [],
    };

    private static IEnumerable<TypeReference> Constraints(GenericParameter parameter) =>
        parameter.Constraints.Select(static constraint => constraint.ConstraintType);

    private static IEnumerable<TypeReference> Attributes(ICustomAttributeProvider provider) =>
        provider.CustomAttributes.Select(static attribute => attribute.AttributeType);

    private static void Add(TypeReference? type, ModuleDefinition module, HashSet<TypeDefinition> found)
    {
        switch (type)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                foreach (TypeReference argument in generic.GenericArguments)
                {
                    Add(argument, module, found);
                }

                break;
            case FunctionPointerType:
                return;
        }

        TypeReference element = type.GetElementType();
        while (element.DeclaringType is { } outer)
        {
            element = outer;
        }

        if (module.GetType(element.Namespace, element.Name) is { } definition)
        {
            found.Add(definition);
        }
    }
}
