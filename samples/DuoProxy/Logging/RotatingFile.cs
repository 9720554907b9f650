using System.Globalization;
using System.Text;

namespace Sallyport.Samples.DuoProxy.Logging;

/// <summary>A log file that is put aside as <c>name.1</c>, <c>name.2</c> … when it has grown to its limit.</summary>
/// <remarks>Not safe for several threads at once; <see cref="AuthLogProvider"/> writes one line at a time.</remarks>
public sealed class RotatingFile : TextWriter
{
    private readonly string _path;
    private readonly long _maxSize;
    private readonly int _maxFiles;
    private StreamWriter _file;

    /// <summary>Opens the file to append to it, creating its folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxSize">Octets after which it is put aside; 0 for never.</param>
    /// <param name="maxFiles">How many files put aside are kept; 0 for all.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public RotatingFile(string path, long maxSize, int maxFiles)
        : base(CultureInfo.InvariantCulture)
    {
        (_path, _maxSize, _maxFiles) = (Path.GetFullPath(path), maxSize, maxFiles);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _file = Open();
    }

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value) => _file.Write(value);

    /// <inheritdoc/>
    public override void WriteLine(string? value)
    {
        if (_maxSize > 0 && _file.BaseStream.Length >= _maxSize)
        {
            Rotate();
        }

        _file.WriteLine(value);
    }

    /// <inheritdoc/>
    public override void Flush() => _file.Flush();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private StreamWriter Open() => new(new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), new UTF8Encoding(false));

    private void Rotate()
    {
        _file.Dispose();
        int last = 1;
        while (File.Exists(Aside(last)) && (_maxFiles == 0 || last < _maxFiles))
        {
            last++;
        }

        for (int n = last; n > 1; n--)
        {
            File.Move(Aside(n - 1), Aside(n), overwrite: true);
        }

        File.Move(_path, Aside(1), overwrite: true);
        _file = Open();
    }

    private string Aside(int n) => $"{_path}.{n.ToString(CultureInfo.InvariantCulture)}";
}
