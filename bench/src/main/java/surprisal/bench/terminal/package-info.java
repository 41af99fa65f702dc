/** What a terminal can show: pictures of dots, sparklines, aligned tables; plain text when nobody is looking. */
package surprisal.bench.terminal;
