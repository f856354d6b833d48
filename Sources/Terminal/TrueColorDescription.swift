/// A terminal description of our own for 24-bit colour, compiled, as `TERMINFO` takes it.
///
/// Palette entries stay palette entries (numbers below 256), larger numbers are red, green and
/// blue. It is the output of `tic -x` and `infocmp -x -Q2` for this source:
///
/// ```
/// ringmaster-truecolor|xterm-like terminal with 24-bit colour,
///     am, mir, msgr, xenl, XT, RGB,
///     colors#0x1000000, cols#80, it#8, lines#24, pairs#0x7fff,
///     bel=^G, blink=\E[5m, bold=\E[1m, civis=\E[?25l,
///     clear=\E[H\E[2J, cnorm=\E[?12l\E[?25h, cr=\r,
///     csr=\E[%i%p1%d;%p2%dr, cub=\E[%p1%dD, cub1=^H,
///     cud=\E[%p1%dB, cud1=\n, cuf=\E[%p1%dC, cuf1=\E[C,
///     cup=\E[%i%p1%d;%p2%dH, cuu=\E[%p1%dA, cuu1=\E[A,
///     dch=\E[%p1%dP, dch1=\E[P, dim=\E[2m, ech=\E[%p1%dX,
///     ed=\E[J, el=\E[K, el1=\E[1K, home=\E[H, hpa=\E[%i%p1%dG,
///     op=\E[39;49m, rev=\E[7m, rmcup=\E[?1049l, rmso=\E[27m, rmul=\E[24m,
///     setab=\E[%?%p1%{8}%<%t4%p1%d%e%p1%{16}%<%t10%p1%{8}%-%d%e%p1%{256}%<%t48;5;%p1%d
///         %e48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,
///     setaf=\E[%?%p1%{8}%<%t3%p1%d%e%p1%{16}%<%t9%p1%{8}%-%d%e%p1%{256}%<%t38;5;%p1%d
///         %e38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,
///     sgr0=\E[m, smcup=\E[?1049h, smso=\E[7m, smul=\E[4m, vpa=\E[%i%p1%dd,
/// ```
enum TrueColorDescription {
    /// The name that goes with it.
    static let name = "ringmaster-truecolor"

    /// The compiled description.
    static let compiled = """
        b64:HgI8AA8ADwBpAQUCcmluZ21hc3Rlci10cnVlY29sb3J8eHRlcm0tbGlrZSB0ZXJtaW5hbCB3aXRoIDI0LWJp\
        dCBjb2xvdXIAAAEAAAEAAAAAAAAAAAEBAFAAAAAIAAAAGAAAAP______________________________________\
        ______________8AAAAB_38AAP__AAACAAQA__8VAB0AIQAlAP__MABBAEMARwBOAP__UABdAP__YQD__2UA____\
        ______9pAG4AcwD__3wA________gQCGAIsAkAD__5kAnQD_____pgCsAP______________________________\
        ________________________________________________________________________________________\
        _________________________________________7IA__-7AP_______8QAzQD__9YA____________________\
        ____________3wD_________________________________________________________________________\
        ________________________________________________________________________________________\
        ________________________________________________________________________________________\
        ________________________________________________________________________________________\
        _______________________________________qAP______________________________________________\
        _________________________-8A____________________________________________________________\
        ________________________________________________________________________________________\
        _______________4AH4BBwANABtbJWklcDElZDslcDIlZHIAG1tIG1sySgAbW0sAG1tKABtbJWklcDElZEcAG1sl\
        aSVwMSVkOyVwMiVkSAAKABtbSAAbWz8yNWwACAAbWz8xMmwbWz8yNWgAG1tDABtbQQAbW1AAG1s1bQAbWzFtABtb\
        PzEwNDloABtbMm0AG1s3bQAbWzdtABtbNG0AG1slcDElZFgAG1ttABtbPzEwNDlsABtbMjdtABtbMjRtABtbJXAx\
        JWRQABtbJXAxJWRCABtbJXAxJWREABtbJXAxJWRDABtbJXAxJWRBABtbJWklcDElZGQAG1sxSwAbWzM5OzQ5bQAb\
        WyU_JXAxJXs4fSU8JXQzJXAxJWQlZSVwMSV7MTZ9JTwldDklcDElezh9JS0lZCVlJXAxJXsyNTZ9JTwldDM4OzU7\
        JXAxJWQlZTM4OzI7JXAxJXs2NTUzNn0lLyVkOyVwMSV7MjU2fSUvJXsyNTV9JSYlZDslcDElezI1NX0lJiVkJTtt\
        ABtbJT8lcDElezh9JTwldDQlcDElZCVlJXAxJXsxNn0lPCV0MTAlcDElezh9JS0lZCVlJXAxJXsyNTZ9JTwldDQ4\
        OzU7JXAxJWQlZTQ4OzI7JXAxJXs2NTUzNn0lLyVkOyVwMSV7MjU2fSUvJXsyNTV9JSYlZDslcDElezI1NX0lJiVk\
        JTttAAACAAAAAAACAAcAAQEAAAQAUkdCAFhUAA==
        """
}
