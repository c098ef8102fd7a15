// SPDX-License-Identifier: Apache-2.0
#include "letters.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace junctor::mail_smtp {
namespace {

constexpr size_t kLongestFile = 64 * 1024;

struct Words {
  const char* name;
  const char* language;
  const char* subject;
  const char* text;
};

constexpr Words kWords[] = {
    {"invitation", "en", "{by} invites you to {site}",
     "Hello {name},\n\n{by} has made an account for you at {site}, a server for remote desktops. Choose your password "
     "here:\n\n{link}\n\nThe link works for 7 days. If you do not know what this is about, do nothing.\n"},
    {"invitation", "it", "{by} ti invita su {site}",
     "Ciao {name},\n\n{by} ha creato un account per te su {site}, un server per desktop remoti. Scegli qui la tua "
     "password:\n\n{link}\n\nIl collegamento vale 7 giorni. Se non sai di che si tratta, non fare nulla.\n"},
    {"reset", "en", "A new password for {site}",
     "Hello {name},\n\nsomebody at {address} asked for a new password for your account at {site}. Choose it "
     "here:\n\n{link}\n\nThe link works once, for an hour. If it was not you, do nothing: your password stays.\n"},
    {"reset", "it", "Una nuova password per {site}",
     "Ciao {name},\n\nqualcuno da {address} ha chiesto una nuova password per il tuo account su {site}. Sceglila "
     "qui:\n\n{link}\n\nIl collegamento vale una volta sola, per un'ora. Se non sei stato tu, non fare nulla: la tua "
     "password resta.\n"},
    {"password_changed", "en", "Your password at {site} was changed",
     "Hello {name},\n\nthe password of your account at {site} was changed from {address}. If it was not you, tell your "
     "administrator now.\n"},
    {"password_changed", "it", "La tua password su {site} è cambiata",
     "Ciao {name},\n\nla password del tuo account su {site} è stata cambiata da {address}. Se non sei stato tu, avvisa "
     "subito il tuo amministratore.\n"},
    {"code", "en", "{code} is your code for {site}",
     "Hello {name},\n\nyour code for logging in at {site}:\n\n{code}\n\nIt works for 10 minutes. If you are not "
     "logging "
     "in, somebody knows your password: change it.\n"},
    {"code", "it", "{code} è il tuo codice per {site}",
     "Ciao {name},\n\nil tuo codice per accedere a {site}:\n\n{code}\n\nVale 10 minuti. Se non stai accedendo, "
     "qualcuno "
     "conosce la tua password: cambiala.\n"},
    {"alarm", "en", "Alarm at {site}: {alarm}",
     "Hello {name},\n\n{alarm}\n\nAbout: {target}\nFrom: {address}\nWhen: "
     "{time}\nHow often: {count}\n"},
    {"alarm", "it", "Allarme su {site}: {alarm}",
     "Ciao {name},\n\n{alarm}\n\nRiguarda: {target}\nDa: {address}\n"
     "Quando: {time}\nQuante volte: {count}\n"},
    {"test", "en", "A test from {site}", "Hello,\n\nthis mail shows that {site} can send mails. Nothing else.\n"},
    {"test", "it", "Una prova da {site}", "Ciao,\n\nquesta mail mostra che {site} può inviare mail. Nient'altro.\n"},
};

std::string filled(std::string_view text, const Values& values) {
  std::string out;
  while (!text.empty()) {
    const size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      out += text.substr(open);
      break;
    }
    const auto found = values.find(std::string{text.substr(open + 1, close - open - 1)});
    if (found != values.end()) out += found->second;
    text.remove_prefix(close + 1);
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  }
  return out;
}

/// A header is one line, whatever a name holds.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

std::optional<std::string> file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return std::nullopt;
  std::string text(kLongestFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kLongestFile) throw std::runtime_error{path + ": expected at most 64 KiB"};
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  return text;
}

struct Source {
  std::string subject, text, html;
};

Source parse_file(const std::string& path, const std::string& text) {
  constexpr std::string_view kSubject = "Subject: ";
  const size_t line = text.find('\n');
  const bool good = text.rfind(kSubject, 0) == 0 && line != std::string::npos && text.substr(line, 2) == "\n\n";
  if (!good) throw std::runtime_error{path + ":1: expected \"Subject: ...\", an empty line, and the text"};
  return {text.substr(kSubject.size(), line - kSubject.size()), text.substr(line + 2), {}};
}

std::optional<Source> source_of(const std::string& name, const std::string& language, const std::string& directory) {
  const auto built_in = std::find_if(std::begin(kWords), std::end(kWords),
                                     [&](const Words& one) { return name == one.name && language == one.language; });
  if (built_in == std::end(kWords)) return std::nullopt;  // and so no path is made of a strange name
  if (!directory.empty()) {
    const std::string base = directory + "/" + name + "." + language;
    if (const auto text = file(base + ".txt")) {
      Source out = parse_file(base + ".txt", *text);
      out.html = file(base + ".html").value_or("");
      return out;
    }
  }
  return Source{built_in->subject, built_in->text, {}};
}

}  // namespace

bool is_address(const std::string& text) {
  const size_t at = text.find('@');
  if (text.size() > 254 || at == std::string::npos || at == 0 || at + 1 == text.size()) return false;
  if (text.find('@', at + 1) != std::string::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7F &&
           std::string_view{"<>(),;:\\\"[]"}.find(c) == std::string::npos;
  });
}

const std::vector<std::string>& letter_names() {
  static const std::vector<std::string> kNames{"invitation", "reset", "password_changed", "code", "alarm", "test"};
  return kNames;
}

std::optional<Letter> letter(const std::string& name, const std::string& language, const Values& values,
                             const std::string& directory) {
  const auto source = source_of(name, language, directory);
  if (!source) return std::nullopt;
  Letter out;
  out.subject = one_line(filled(source->subject, values));
  out.text = filled(source->text, values);
  if (source->html.empty()) {
    out.html = html_of(out.text);
    return out;
  }
  Values safe;
  for (const auto& [key, value] : values) safe[key] = escaped(value);
  out.html = filled(source->html, safe);
  return out;
}

std::string html_of(std::string_view text) {
  std::string out = "<!DOCTYPE html><html><body style=\"font-family:sans-serif;line-height:1.45\">\n<p>";
  std::istringstream lines{std::string{text}};
  bool gap = false;
  bool begun = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      gap = true;
      continue;
    }
    if (begun) out += gap ? "</p>\n<p>" : "<br>\n";
    begun = true;
    gap = false;
    const bool link = line.rfind("https://", 0) == 0 || line.rfind("http://", 0) == 0;
    const std::string safe = escaped(line);
    out += link && line.find(' ') == std::string::npos ? "<a href=\"" + safe + "\">" + safe + "</a>" : safe;
  }
  return out + "</p>\n</body></html>\n";
}

}  // namespace junctor::mail_smtp
