/**
 * Reports: one HTML file that holds everything it shows.
 *
 * <p>A {@link surprisal.bench.report.Report} is a title, key figures and sections of {@link
 * surprisal.bench.report.Block}s: text, formulas, charts, images and tables. The file asks the network for nothing
 * (its content security policy forbids it), follows the reader's light or dark setting, prints, and shows the numbers
 * behind every chart as a table.
 */
package surprisal.bench.report;
