// Pide un token temporal de MIPRES con .NET 8 o posterior, sin paquetes (Program.cs de un proyecto «console»).
// Necesita MIPRES_URL (https://…), MIPRES_NIT (sin dígito de verificación) y MIPRES_TOKEN (el del portal).
// Escribe el token temporal, que vale 24 horas: guárdelo y úselo hasta que venza.

using System.Text.Json;

const int Intentos = 3;
using var cliente = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
{
    Timeout = TimeSpan.FromSeconds(30),
};

string Dato(string nombre) => Environment.GetEnvironmentVariable(nombre) ?? throw new ArgumentException($"Falta {nombre}.");

async Task<string> TokenTemporal(string url, string nit, string token)
{
    var direccion = $"{url}/WSSUMMIPRESNOPBS/api/GenerarToken/{nit}/{token}";
    for (var intento = 1; ; intento++)
    {
        using var respuesta = await cliente.GetAsync(direccion);
        using var cuerpo = JsonDocument.Parse(await respuesta.Content.ReadAsStringAsync());
        if (respuesta.IsSuccessStatusCode)
        {
            return cuerpo.RootElement.GetString()!;
        }
        var estado = (int)respuesta.StatusCode;
        // demasiadas llamadas, o el portal está ocupado: espere lo que pide y repita
        if ((estado != 429 && estado != 503) || intento == Intentos)
        {
            var mensaje = cuerpo.RootElement.GetProperty("Message").GetString();
            throw new InvalidOperationException($"MIPRES respondió {estado}: {mensaje}");
        }
        await Task.Delay(respuesta.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(10));
    }
}

try
{
    Console.WriteLine(await TokenTemporal(Dato("MIPRES_URL"), Dato("MIPRES_NIT"), Dato("MIPRES_TOKEN")));
    return 0;
}
catch (Exception error) when (error is InvalidOperationException or ArgumentException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
catch (Exception error) when (error is HttpRequestException or TaskCanceledException or JsonException)
{
    Console.Error.WriteLine("No hubo conexión con MIPRES.");
    return 1;
}
