"""What the built-in interpreter says, in every language it speaks: one dictionary each, the same keys."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "added": "Added:",
        "found": "{count} tasks:",
        "found_one": "1 task:",
        "found_more": "The first {count}; ask for less to see the others:",
        "reopened": "Open again:",
        "restored": "Back from the trash:",
        "welcome": "You're welcome.",
        "no_tags": "There are no tags yet. Write #name in a task to make one.",
        "no_reference": "I do not know which task you mean. Name it, or ask for a list first.",
        "bad_place": "The last list does not have that many tasks.",
        "found_none": "Nothing found.",
        "nothing_due": "Nothing is due. Enjoy the day.",
        "done": "Done:",
        "deleted": "Moved to the trash:",
        "changed": "Changed:",
        "undone": "Undone.",
        "nothing_to_undo": "There is nothing to undo in this conversation.",
        "no_match": "I found no task for “{words}”. To make it one, say: add {words}",
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
        "summary_change_one": "Change 1 task",
        "summary_delete": "Delete {count} tasks",
        "summary_delete_one": "Delete 1 task",
        "elsewhere_tags": "Tags are renamed, merged and deleted under Tags in the app; I can put them on tasks and take them off.",
        "elsewhere_trash": "Nothing is deleted for good from here; the trash is emptied in the app, and by itself after 30 days.",
        "elsewhere_repeat": "I cannot make a task that exists repeat. Open it and choose Repeat, or tell me a new one: water the plants every sunday.",
        "quota_messages": "Today's {limit} messages to the model are used up. The next day begins on {day} at {time} ({zone}); until then the built-in commands answer.",
        "quota_tokens": "Today's {limit} tokens of the model are used up. The next day begins on {day} at {time} ({zone}); until then the built-in commands answer.",
        "help": (
            "Tell me what to do, for example:\n• Call mom tomorrow at 5pm #family\n• what's due today?\n• complete the milk task\n"
            "• move everything tagged home that's overdue to Saturday morning\n• make the taxes urgent\n• plan my day\n• undo"
        ),
    },
    "de": {
        "added": "Hinzugefügt:",
        "found": "{count} Aufgaben:",
        "found_one": "1 Aufgabe:",
        "found_more": "Die ersten {count}; frage genauer, um die anderen zu sehen:",
        "reopened": "Wieder offen:",
        "restored": "Aus dem Papierkorb geholt:",
        "welcome": "Gern geschehen.",
        "no_tags": "Es gibt noch keine Tags. Schreibe #name in eine Aufgabe.",
        "no_reference": "Ich weiß nicht, welche Aufgabe gemeint ist. Nenne sie, oder frage erst nach einer Liste.",
        "bad_place": "So viele Aufgaben hatte die letzte Liste nicht.",
        "found_none": "Nichts gefunden.",
        "nothing_due": "Es ist nichts fällig. Einen schönen Tag!",
        "done": "Erledigt:",
        "deleted": "In den Papierkorb gelegt:",
        "changed": "Geändert:",
        "undone": "Rückgängig gemacht.",
        "nothing_to_undo": "In diesem Gespräch gibt es nichts rückgängig zu machen.",
        "no_match": "Zu „{words}“ habe ich keine Aufgabe gefunden. Um sie anzulegen, sage: neue Aufgabe {words}",
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
        "summary_change_one": "1 Aufgabe ändern",
        "summary_delete": "{count} Aufgaben löschen",
        "summary_delete_one": "1 Aufgabe löschen",
        "elsewhere_tags": "Tags werden in der App unter Tags umbenannt, zusammengelegt und gelöscht; ich kann sie vergeben und wegnehmen.",
        "elsewhere_trash": "Von hier aus wird nichts endgültig gelöscht; der Papierkorb wird in der App geleert, und nach 30 Tagen von selbst.",
        "elsewhere_repeat": "Eine vorhandene Aufgabe kann ich nicht wiederkehren lassen. Öffne sie und wähle Wiederholen, oder nenne mir eine neue: Blumen gießen jeden Sonntag.",
        "quota_messages": "Die {limit} Nachrichten an das Modell sind für heute verbraucht. Der nächste Tag beginnt am {day} um {time} ({zone}); bis dahin antworten die eingebauten Befehle.",
        "quota_tokens": "Die {limit} Tokens des Modells sind für heute verbraucht. Der nächste Tag beginnt am {day} um {time} ({zone}); bis dahin antworten die eingebauten Befehle.",
        "help": (
            "Sage, was zu tun ist, zum Beispiel:\n• Mama anrufen morgen um 17 Uhr #familie\n• was steht heute an?\n• erledige Milch kaufen\n"
            "• verschiebe alles mit Tag haus auf Samstag früh\n• mach die Steuer dringend\n• plane meinen Tag\n• rückgängig"
        ),
    },
}


def say(locale: str, key: str, **values: object) -> str:
    """Return a sentence in the person's language; English where a language is missing."""
    return WORDS.get(locale[:2].lower(), WORDS["en"])[key].format(**values)


def counted(locale: str, key: str, count: int) -> str:
    """Return a sentence about a number of tasks."""
    return say(locale, f"{key}_one" if count == 1 else key, count=count)
