"""What the built-in interpreter says, in every language it speaks: one dictionary each, the same keys."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "added": "Added:",
        "found": "{count} task(s):",
        "found_none": "Nothing found.",
        "nothing_due": "Nothing is due. Enjoy the day.",
        "done": "Done:",
        "deleted": "Moved to the trash:",
        "changed": "Changed:",
        "undone": "Undone.",
        "nothing_to_undo": "There is nothing to undo in this conversation.",
        "no_match": "I found no task for “{words}”.",
        "no_condition": "Which task do you mean? Name it, or say for example “all tasks tagged home”.",
        "which": "Which one do you mean? Answer with its number.",
        "confirm": "{summary}. Confirm, or answer yes.",
        "cancelled": "Cancelled; nothing was changed.",
        "nothing_open": "There is nothing to confirm.",
        "bad_choice": "Choose a number from 1 to {count}.",
        "bad_time": "I cannot read “{text}” as a time. Try: tomorrow 9am, next friday, 2026-12-31.",
        "needs_tag": "Which tag? Write it as #tag.",
        "already": "That is how it is already.",
        "plan_overdue": "Overdue, first of all:",
        "plan_today": "Due today:",
        "plan_next": "If there is time left:",
        "plan_empty": "Nothing is due today and nothing is overdue.",
        "summary_change": "Change {count} tasks",
        "summary_delete": "Delete {count} task(s)",
        "help": (
            "Tell me what to do, for example:\n• Call mom tomorrow at 5pm #family\n• what's due today?\n• complete the milk task\n"
            "• move everything tagged home that's overdue to Saturday morning\n• make the taxes urgent\n• plan my day\n• undo"
        ),
    },
    "de": {
        "added": "Hinzugefügt:",
        "found": "{count} Aufgabe(n):",
        "found_none": "Nichts gefunden.",
        "nothing_due": "Es ist nichts fällig. Einen schönen Tag!",
        "done": "Erledigt:",
        "deleted": "In den Papierkorb gelegt:",
        "changed": "Geändert:",
        "undone": "Rückgängig gemacht.",
        "nothing_to_undo": "In diesem Gespräch gibt es nichts rückgängig zu machen.",
        "no_match": "Zu „{words}“ habe ich keine Aufgabe gefunden.",
        "no_condition": "Welche Aufgabe? Nenne sie, oder sage zum Beispiel „alle Aufgaben mit Tag haus“.",
        "which": "Welche ist gemeint? Antworte mit der Nummer.",
        "confirm": "{summary}. Bestätige, oder antworte mit ja.",
        "cancelled": "Abgebrochen; nichts wurde geändert.",
        "nothing_open": "Es gibt nichts zu bestätigen.",
        "bad_choice": "Wähle eine Nummer von 1 bis {count}.",
        "bad_time": "„{text}“ verstehe ich nicht als Zeit. Versuche: morgen um 9, nächsten Freitag, 2026-12-31.",
        "needs_tag": "Welcher Tag? Schreibe ihn als #tag.",
        "already": "So ist es schon.",
        "plan_overdue": "Überfällig, zuerst:",
        "plan_today": "Heute fällig:",
        "plan_next": "Wenn noch Zeit bleibt:",
        "plan_empty": "Heute ist nichts fällig, und nichts ist überfällig.",
        "summary_change": "{count} Aufgaben ändern",
        "summary_delete": "{count} Aufgabe(n) löschen",
        "help": (
            "Sage, was zu tun ist, zum Beispiel:\n• Mama anrufen morgen um 17 Uhr #familie\n• was steht heute an?\n• erledige Milch kaufen\n"
            "• verschiebe alles mit Tag haus auf Samstag früh\n• mach die Steuer dringend\n• plane meinen Tag\n• rückgängig"
        ),
    },
}


def say(locale: str, key: str, **values: object) -> str:
    """Return a sentence in the person's language; English where a language is missing."""
    return WORDS.get(locale[:2].lower(), WORDS["en"])[key].format(**values)
