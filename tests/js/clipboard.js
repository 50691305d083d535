/* The HTML that Word and Google Docs put on the clipboard, for a document of 3,000 words with 12 headings, 3 tables and 8
   pictures. Each word is another, so that none can be missed. */

const WORDS = 3000;
const SECTIONS = 12;
// The sections, from 0, that have a table; and those with a picture.
const TABLES = [2, 5, 9];
const PICTURES = [0, 1, 3, 4, 6, 7, 8, 10];
const PNG =
  "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6364f8cf500f000386018058" +
  "68d7a30000000049454e44ae426082";

/** Write a document: `parts` make HTML of its headings, paragraphs, lists, tables and pictures. */
function write(parts) {
  let last = 0;
  const take = (count) => Array.from({ length: count }, () => `w${(last += 1)}`);
  const sections = [];
  for (let section = 0; section < SECTIONS; section += 1) {
    const end = Math.round((WORDS * (section + 1)) / SECTIONS);
    sections.push(parts.heading(take(4).join(" "), 1 + (section % 3)));
    sections.push(parts.paragraph(take(60)));
    sections.push(parts.list([take(7), take(7), take(7)].map((words) => words.join(" "))));
    if (PICTURES.includes(section)) sections.push(parts.picture(section + 1));
    if (TABLES.includes(section)) sections.push(parts.table([0, 1, 2].map(() => [0, 1, 2].map(() => take(1)[0]))));
    sections.push(parts.paragraph(take(end - last)));
  }
  return sections.join("\n");
}

/** What Word writes. Its pictures are files of the person's own computer, which no page may read. */
export function word() {
  const gap = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span>";
  const place = ["First", "Middle", "Last"];
  const body = write({
    heading: (words, level) => `<h${level}>${words}<o:p></o:p></h${level}>`,
    paragraph: ([first, second, ...words]) => `<p class=MsoNormal style='margin-bottom:8.0pt'><b><span
style='mso-bidi-font-weight:normal'>${first}</span></b> <span class=SpellE>${second}</span>
${words.join(" ")}<span style='mso-spacerun:yes'>  </span><o:p></o:p></p>`,
    list: (entries) => entries.map((words, index) => `<p class=MsoListParagraphCxSp${place[index]}
style='text-indent:-18.0pt;mso-list:l0 level${1 + (index % 2)} lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-fareast-font-family:Symbol'><span style='mso-list:Ignore'>·${gap}</span></span><![endif]>${words}<o:p></o:p></p>`).join("\n"),
    table: (rows) => `<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0
style='border-collapse:collapse;border:none;mso-yfti-tbllook:1184'>${rows.map((cells, row) => `
 <tr style='mso-yfti-irow:${row}'>${cells.map((words) => `
  <td width=200 valign=top style='width:150.0pt;border:solid windowtext 1.0pt'>
  <p class=MsoNormal style='margin-bottom:0cm;line-height:normal'>${words}<o:p></o:p></p>
  </td>`).join("")}
 </tr>`).join("")}
</table>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>`,
    picture: (number) => `<p class=MsoNormal><span style='mso-no-proof:yes'><!--[if gte vml 1]><v:shape
 id="Picture_x0020_${number}" o:spid="_x0000_i1025" type="#_x0000_t75"><v:imagedata
 src="file:///C:/Users/ada/AppData/Local/Temp/msohtmlclip1/01/clip_image${number}.png" o:title=""/></v:shape><![endif]--><![if !vml]><img
width=400 height=300 src="file:///C:/Users/ada/AppData/Local/Temp/msohtmlclip1/01/clip_image${number}.gif"
v:shapes="Picture_x0020_${number}"><![endif]></span><o:p></o:p></p>`,
  });
  return `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Word.Document>
<meta name=Generator content="Microsoft Word 15">
<link rel=File-List href="file:///C:/Users/ada/AppData/Local/Temp/msohtmlclip1/01/clip_filelist.xml">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style>
<!--
 /* Style Definitions */
 p.MsoNormal, li.MsoNormal {mso-style-unhide:no; margin:0cm; font-size:11.0pt;}
 @list l0 {mso-list-id:1; mso-list-type:hybrid;}
-->
</style>
<!--[if gte mso 10]><style>table.MsoNormalTable {mso-style-name:"Table Normal";}</style><![endif]-->
</head>
<body lang=EN-GB style='tab-interval:36.0pt;word-wrap:break-word'>
<!--StartFragment-->
${body}
<!--EndFragment-->
</body>
</html>`;
}

/** What Word writes beside it: the same document in RTF, in which the pictures are. */
export function wordRtf() {
  const picture = `{\\*\\shppict{\\pict{\\*\\picprop\\shplid1025{\\sp{\\sn shapeType}{\\sv 75}}}\\picscalex100\\picw26\\pich26
\\pngblip\\bliptag-1234{\\*\\blipuid 0123456789abcdef0123456789abcdef}
${PNG.match(/.{1,100}/g).join("\n")}}}{\\nonshppict{\\pict\\picscalex100\\wmetafile8\\bliptag-1234{\\*\\blipuid 0123}
010009000003ffd8ff0000}}`;
  return `{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Calibri;}}${PICTURES.map(() => `\\par ${picture}`).join("\n")}}`;
}

/** What Google Docs writes. Its pictures have addresses on the web. */
export function docs() {
  const font = (weight) => "font-size:11pt;font-family:Arial,sans-serif;color:#000000;background-color:transparent;" +
    `font-weight:${weight};font-style:normal;font-variant:normal;text-decoration:none;vertical-align:baseline;white-space:pre-wrap;`;
  const span = (words, weight = 400) => `<span style="${font(weight)}">${words}</span>`;
  const paragraph = (inner) => `<p dir="ltr" style="line-height:1.38;margin-top:0pt;margin-bottom:0pt;">${inner}</p>`;
  const entry = (words, level) => `<li dir="ltr" style="list-style-type:disc;${font(400)}" aria-level="${level}"><p dir="ltr"
 style="line-height:1.38;" role="presentation">${span(words)}</p></li>`;
  const body = write({
    heading: (words, level) => `<h${level} dir="ltr" style="line-height:1.38;margin-top:20pt;">${span(words)}</h${level}>`,
    paragraph: ([first, second, ...words]) =>
      `${paragraph(`${span(first, 700)}${span(" ")}<a href="https://example.org/" style="text-decoration:none;">${span(second)}</a>${span(` ${words.join(" ")}`)}`)}<br />`,
    list: ([first, second, third]) => `<ul style="margin-top:0;margin-bottom:0;padding-inline-start:48px;">${entry(first, 1)}<ul
 style="margin-top:0;">${entry(second, 2)}</ul>${entry(third, 1)}</ul>`,
    table: (rows) => `<div dir="ltr" style="margin-left:0pt;" align="left"><table style="border:none;border-collapse:collapse;"><colgroup><col
 width="200" /><col width="200" /><col width="200" /></colgroup><tbody>${rows.map((cells) => `<tr style="height:0pt">${cells.map((words) =>
   `<td style="border-left:solid #000000 1pt;vertical-align:top;padding:5pt;">${paragraph(span(words))}</td>`).join("")}</tr>`).join("")}</tbody></table></div><br />`,
    picture: (number) => paragraph(`<span style="${font(400)}"><span style="border:none;display:inline-block;overflow:hidden;width:602px;height:401px;"><img
 src="https://lh7-rt.googleusercontent.com/docsz/AD_4nXf${number}?key=abc" width="602" height="401"
 style="margin-left:0px;margin-top:0px;" /></span></span>`),
  });
  return `<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-7c2f1e0a-7fff-1d2c-9a53-2f1c86d4e0a9">${body}</b><br
 class="Apple-interchange-newline">`;
}
