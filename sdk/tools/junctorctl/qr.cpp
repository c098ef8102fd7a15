// SPDX-License-Identifier: Apache-2.0
// libqrencode makes the modules; here they become half blocks.
#include "tools/junctorctl/qr.hpp"

#include <qrencode.h>

#include <memory>
#include <stdexcept>

namespace junctor::tools {

namespace {

constexpr int kQuiet = 4;  // modules of white around it, which readers need
constexpr const char* kBlackOnWhite = "\x1b[30;107m";
constexpr const char* kPlain = "\x1b[0m";

struct Free {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

bool is_dark(const QRcode& code, int x, int y) {
  if (x < 0 || y < 0 || x >= code.width || y >= code.width) return false;
  return (code.data[y * code.width + x] & 1) != 0;
}

const char* block(bool upper, bool lower) {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}

}  // namespace

std::string qr_code(const std::string& text) {
  const std::unique_ptr<QRcode, Free> code{QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L)};
  if (!code) throw std::length_error{"too long for a QR code"};
  std::string out;
  for (int y = -kQuiet; y < code->width + kQuiet; y += 2) {
    out += kBlackOnWhite;
    for (int x = -kQuiet; x < code->width + kQuiet; ++x) out += block(is_dark(*code, x, y), is_dark(*code, x, y + 1));
    out += kPlain;
    out += '\n';
  }
  return out;
}

}  // namespace junctor::tools
