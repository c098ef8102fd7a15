// SPDX-License-Identifier: Apache-2.0
// The words of the site's mails (accounts.md 18), in English and Italian; an operator's files take their place. Values;
// any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail.hpp"

namespace junctor::mail_smtp {

/// Names of all templates.
const std::vector<std::string>& letter_names();

/// NAME.LANGUAGE.txt of `directory` (a line "Subject: ...", an empty one, the text) and beside it NAME.LANGUAGE.html,
/// else the built-in ones. {name} stands for a value; one that is not given is nothing. nullopt: no such template.
/// Throws std::runtime_error for a file that is none.
std::optional<Letter> letter(const std::string& name, const std::string& language, const Values& values,
                             const std::string& directory);

/// Plain text as HTML: paragraphs, and links where an address begins with http.
std::string html_of(std::string_view text);

}  // namespace junctor::mail_smtp
