package dev.rowrunner.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits a line into words as redis-cli does: blanks part them, and quotes of either kind keep them together. */
final class RedisWords {

    private static final Pattern WORD = Pattern.compile(
            "\\G\\s*(?:\"(?<double>(?:[^\"\\\\]|\\\\.)*)\"|'(?<single>(?:[^'\\\\]|\\\\.)*)'|(?<bare>[^\\s\"']+))(?=\\s|$)",
            Pattern.DOTALL);
    private static final Pattern ESCAPED = Pattern.compile("\\\\(.)", Pattern.DOTALL);

    private RedisWords() {}

    static List<String> split(String line) {
        var words = new ArrayList<String>();
        var matcher = WORD.matcher(line.strip());
        int end = 0;
        while (matcher.find()) {
            words.add(word(matcher));
            end = matcher.end();
        }
        if (words.isEmpty() || end < line.strip().length()) {
            throw new IllegalArgumentException("The Redis command '" + line + "' is empty or its quotes do not match");
        }
        return words;
    }

    private static String word(Matcher matcher) {
        return Optional.ofNullable(matcher.group("bare"))
                .or(() -> Optional.ofNullable(matcher.group("double")).map(RedisWords::unescaped))
                .orElseGet(() -> matcher.group("single").replace("\\'", "'"));
    }

    private static String unescaped(String quoted) {
        return ESCAPED.matcher(quoted)
                .replaceAll(escape -> Matcher.quoteReplacement(
                        switch (escape.group(1)) {
                            case "n" -> "\n";
                            case "r" -> "\r";
                            case "t" -> "\t";
                            default -> escape.group(1);
                        }));
    }
}
