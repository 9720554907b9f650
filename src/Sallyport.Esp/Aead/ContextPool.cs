namespace Sallyport.Esp.Aead;

/// <summary>
/// Contexts of the platform's ciphers, each of which serves one caller at a time, for any number of callers at once: without a lock, and
/// without an allocation once there are as many as callers.
/// </summary>
internal sealed class ContextPool<T> : IDisposable
    where T : class, IDisposable
{
    private readonly Func<T> _create;
    private readonly T?[] _others = new T?[Environment.ProcessorCount];
    private T? _first;
    private volatile bool _disposed;

    /// <summary>Makes the first context, so that a key that does not serve is told at once.</summary>
    public ContextPool(Func<T> create)
    {
        _create = create;
        _first = create();
    }

    /// <summary>A context of the caller's own until it is returned.</summary>
    public T Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Interlocked.Exchange(ref _first, null) ?? RentOther();
    }

    /// <summary>Gives a context back.</summary>
    public void Return(T context)
    {
        if (Interlocked.CompareExchange(ref _first, context, null) is not null && !TryReturnOther(context))
        {
            context.Dispose();
        }

        if (_disposed)
        {
            // The pool ended meanwhile, and may have missed this one.
            DisposeAll();
        }
    }

    /// <summary>Disposes of the contexts, those that are out as soon as they come back.</summary>
    public void Dispose()
    {
        _disposed = true;
        DisposeAll();
    }

    private T RentOther()
    {
        for (int i = 0; i < _others.Length; i++)
        {
            if (Interlocked.Exchange(ref _others[i], null) is { } context)
            {
                return context;
            }
        }

        return _create();
    }

    private bool TryReturnOther(T context)
    {
        for (int i = 0; i < _others.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _others[i], context, null) is null)
            {
                return true;
            }
        }

        return false;
    }

    private void DisposeAll()
    {
        Interlocked.Exchange(ref _first, null)?.Dispose();
        for (int i = 0; i < _others.Length; i++)
        {
            Interlocked.Exchange(ref _others[i], null)?.Dispose();
        }
    }
}
